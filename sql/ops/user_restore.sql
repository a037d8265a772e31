-- ops/user_restore: ends a suspension; what has not expired meanwhile is seen again.
-- params:  user_uuid uuid
-- returns: rows
UPDATE users
SET suspended_at = NULL
WHERE uuid = %(user_uuid)s
