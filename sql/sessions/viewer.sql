-- sessions/viewer: the viewer, if the session is valid by the database's clock and its owner not suspended.
-- params:  token_hash bytea, idle_seconds int, issuer text?
-- returns: Viewer
SELECT
  viewer.uuid,
  viewer.display_name,
  viewer.handle,
  viewer.last_ttl,
  viewer.usual_ttl,
  viewer.usual_audience,
  viewer.time_zone,
  viewer.theme,
  (
    -- include drafts/_count
  ) AS drafts_count,
  EXISTS (SELECT FROM follows WHERE follows.user_uuid = viewer.uuid) AS follows,
  NULLIF(viewer.role, 'member') AS role,
  CASE WHEN viewer.paused_until > now() THEN viewer.paused_until END AS paused_until,
  CASE WHEN viewer.role = 'member' THEN 0 ELSE (
    -- include moderation/_count
  ) END AS cases,
  session.seen_at < now() - interval '10 minutes' AS stale
-- include sessions/_valid
  AND session.token_hash = %(token_hash)s
