-- feeds/vanishing: how many activities end within the hour, and the first few of them.
-- params:  viewer_uuid uuid?, soonest int
-- returns: Vanishing
WITH
-- include activities/_seen
, soon AS NOT MATERIALIZED (
  SELECT uuid, number, handle, display_name, message, expires_at, created_at
  FROM seen AS activity
  WHERE activity.expires_at < now() + interval '1 hour'
  -- include feeds/_unmuted
)
SELECT
  now() AS read_at,
  (SELECT count(*) FROM (SELECT FROM soon LIMIT 1000) AS counted) AS count,
  COALESCE(
    (
      SELECT json_agg(soonest)
      FROM (
        SELECT uuid, number::text, handle, display_name, message, expires_at, created_at, now() AS read_at
        FROM soon
        ORDER BY expires_at, uuid
        LIMIT %(soonest)s
      ) AS soonest
    ),
    '[]'
  ) AS soonest
