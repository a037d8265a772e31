-- reactions/like: likes a live activity, or takes the like back; repeating it changes nothing.
-- params:  viewer_uuid uuid, activity_uuid uuid, wanted boolean
-- returns: rows
WITH
-- include activities/_seen
, unliked AS (
  DELETE FROM likes
  WHERE activity_uuid = %(activity_uuid)s
    AND user_uuid = %(viewer_uuid)s
    AND NOT %(wanted)s
)
INSERT INTO likes (activity_uuid, user_uuid)
SELECT uuid, %(viewer_uuid)s
FROM seen
WHERE uuid = %(activity_uuid)s
  AND %(wanted)s
ON CONFLICT DO NOTHING
