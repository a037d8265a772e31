-- live_activities: read by the release before, which knows no audience; alive_activities has taken its place.
CREATE VIEW live_activities AS
SELECT
  uuid,
  number,
  user_uuid,
  display_name,
  handle,
  message,
  reply_to_activity_uuid,
  expires_at,
  created_at,
  depth,
  visible_from
FROM alive_activities
WHERE audience = 'everyone';

GRANT SELECT ON live_activities TO mayfly_app;
