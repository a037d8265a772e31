-- follows/tie: what ties the viewer to somebody, whom how many follow; no row for whom the viewer may not find.
-- params:  viewer_uuid uuid, handle text
-- returns: Tie
SELECT
-- include follows/_tie
  , (
    SELECT count(*)
    FROM (
      SELECT
      FROM follows
      JOIN users AS person ON person.uuid = follows.user_uuid
      WHERE follows.followed_uuid = other.uuid
      -- include follows/_met
      LIMIT 1000
    ) AS met
  ) AS followers_count
-- include follows/_other
