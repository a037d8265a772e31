-- reactions/like: likes a live activity, or takes the like back; repeating it changes nothing.
-- params:  user_uuid uuid, activity_uuid uuid, wanted boolean
-- returns: rows
WITH unliked AS (
  DELETE FROM likes
  WHERE activity_uuid = %(activity_uuid)s
    AND user_uuid = %(user_uuid)s
    AND NOT %(wanted)s
)
INSERT INTO likes (activity_uuid, user_uuid)
SELECT uuid, %(user_uuid)s
FROM live_activities
WHERE uuid = %(activity_uuid)s
  AND %(wanted)s
ON CONFLICT DO NOTHING
