-- feeds/person: a person as the viewer sees them; no row for whom they may not find.
-- params:  viewer_uuid uuid?, handle text
-- returns: Profile
WITH
-- include activities/_seen
SELECT
-- include follows/_tie
  ,
  NULLIF(other.role, 'member') AS role,
  other.bio,
  other.created_at,
  (SELECT count(*) FROM (SELECT FROM seen WHERE seen.user_uuid = other.uuid LIMIT 1000) AS own) AS activities_count,
  (
    SELECT count(*)
    FROM (
      SELECT
      FROM follows
      JOIN users AS person ON person.uuid = follows.followed_uuid
      WHERE follows.user_uuid = other.uuid
      -- include follows/_visible_person
      LIMIT 1000
    ) AS met
  ) AS following_count
-- include follows/_other
