-- activities/create: a new activity; no row if its parent has expired.
-- params:  uuid uuid, viewer_uuid uuid, message text, life_seconds int, undo_seconds int, reply_to_activity_uuid uuid?
-- returns: uuid
WITH
-- include activities/_seen
INSERT INTO activities (uuid, user_uuid, message, reply_to_activity_uuid, depth, expires_at, visible_from)
SELECT
  %(uuid)s,
  %(viewer_uuid)s,
  %(message)s,
  %(reply_to_activity_uuid)s,
  COALESCE(parent.depth + 1, 0),
  now() + make_interval(secs => %(life_seconds)s),
  now() + make_interval(secs => %(undo_seconds)s)
FROM (SELECT) AS activity
LEFT JOIN seen AS parent ON parent.uuid = %(reply_to_activity_uuid)s
WHERE %(reply_to_activity_uuid)s IS NULL
  OR parent.uuid IS NOT NULL
RETURNING uuid
