-- feeds/suggested: who wrote last, to somebody who follows nobody yet; no row for those who do.
-- params:  viewer_uuid uuid, most int
-- returns: Person[]
WITH
-- include activities/_seen
, listed AS (
  SELECT newest.user_uuid, newest.number, newest.created_at AS wrote_at
  FROM seen AS newest
  WHERE newest.user_uuid <> %(viewer_uuid)s
    AND NOT EXISTS (SELECT FROM follows WHERE follows.user_uuid = %(viewer_uuid)s)
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = newest.user_uuid AND seen.number > newest.number)
    AND NOT EXISTS (
      SELECT
      FROM mutes
      WHERE mutes.user_uuid = %(viewer_uuid)s AND mutes.muted_uuid = newest.user_uuid AND mutes.expires_at > now()
    )
  ORDER BY newest.number DESC
  LIMIT %(most)s
)
-- include feeds/_line
