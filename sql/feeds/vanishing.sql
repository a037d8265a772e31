-- feeds/vanishing: how many activities end within the hour, and the first few of them.
-- params:  viewer_uuid uuid?, soonest int
-- returns: Vanishing
WITH
-- include activities/_seen
SELECT
  now() AS read_at,
  (SELECT count(*) FROM (SELECT FROM seen WHERE expires_at < now() + interval '1 hour' LIMIT 1000) AS soon) AS count,
  COALESCE(
    (
      SELECT json_agg(soonest)
      FROM (
        SELECT uuid, number::text, handle, display_name, message, expires_at, created_at, now() AS read_at
        FROM seen
        WHERE expires_at < now() + interval '1 hour'
        ORDER BY expires_at, uuid
        LIMIT %(soonest)s
      ) AS soonest
    ),
    '[]'
  ) AS soonest
