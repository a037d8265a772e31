-- users/export: everything of one person's that is alive, the newest 10,000 of each kind. The viewer is that person.
-- params:  viewer_uuid uuid, idle_seconds int, issuer text?
-- returns: Export
WITH
-- include activities/_seen
, shutting AS (
  SELECT user_uuid FROM blocks WHERE blocked_uuid = %(viewer_uuid)s
)
SELECT
  now() AS read_at,
  (
    SELECT row_to_json(own)
    FROM (
      SELECT
        display_name, handle, bio, email, role, created_at, theme, time_zone, usual_ttl, usual_audience,
        ARRAY(SELECT handle FROM former_handles WHERE user_uuid = users.uuid AND expires_at > now()) AS former_handles
      FROM users
      WHERE uuid = %(viewer_uuid)s
    ) AS own
  ) AS profile,
  -- include users/_export_written
  -- include users/_export_people
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT session.created_at, session.seen_at, session.expires_at
      -- include sessions/_valid
        AND session.user_uuid = %(viewer_uuid)s
      ORDER BY session.seen_at DESC
    ) AS own
  ) AS sessions
