-- activities/create: a new activity; no row when what it replies to is not alive any more.
-- params:  uuid uuid, user_uuid uuid, message text, life_seconds int, reply_to_activity_uuid uuid?
-- returns: uuid
INSERT INTO activities (uuid, user_uuid, message, reply_to_activity_uuid, expires_at)
SELECT
  %(uuid)s,
  %(user_uuid)s,
  %(message)s,
  %(reply_to_activity_uuid)s,
  now() + make_interval(secs => %(life_seconds)s)
WHERE %(reply_to_activity_uuid)s IS NULL
  OR EXISTS (SELECT FROM live_activities AS parent WHERE parent.uuid = %(reply_to_activity_uuid)s)
RETURNING uuid
