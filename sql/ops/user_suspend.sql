-- ops/user_suspend: hides a person and all they wrote; repeating it changes nothing.
-- params:  user_uuid uuid
-- returns: rows
UPDATE users
SET suspended_at = COALESCE(suspended_at, now())
WHERE uuid = %(user_uuid)s
