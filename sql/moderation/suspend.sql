-- moderation/suspend: hides a person and all they wrote; repeating it changes nothing.
-- params:  user_uuid uuid
-- returns: rows
WITH leaving AS MATERIALIZED (
  SELECT uuid, number, user_uuid, visible_from, audience, circle_user_uuid, now() AS expires_at
  FROM alive_activities
  WHERE user_uuid = %(user_uuid)s
)
-- include activities/_withdrawn
UPDATE users
SET suspended_at = COALESCE(suspended_at, now())
WHERE uuid = %(user_uuid)s
