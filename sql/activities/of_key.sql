-- activities/of_key: the activity that a writer's key made.
-- params:  user_uuid uuid, key uuid
-- returns: uuid
SELECT activity_uuid
FROM activity_keys
WHERE user_uuid = %(user_uuid)s
  AND key = %(key)s
