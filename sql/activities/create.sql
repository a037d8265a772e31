-- activities/create: a new activity; no row if its parent has expired.
-- params:  uuid uuid, user_uuid uuid, message text, life_seconds int, reply_to_activity_uuid uuid?
-- returns: uuid
INSERT INTO activities (uuid, user_uuid, message, reply_to_activity_uuid, depth, expires_at)
SELECT
  %(uuid)s,
  %(user_uuid)s,
  %(message)s,
  %(reply_to_activity_uuid)s,
  COALESCE(parent.depth + 1, 0),
  now() + make_interval(secs => %(life_seconds)s)
FROM (SELECT) AS activity
LEFT JOIN live_activities AS parent ON parent.uuid = %(reply_to_activity_uuid)s
WHERE %(reply_to_activity_uuid)s IS NULL
  OR parent.uuid IS NOT NULL
RETURNING uuid
