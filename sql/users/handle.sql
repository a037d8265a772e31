-- users/handle: a person's handle.
-- params:  user_uuid uuid
-- returns: text
SELECT handle
FROM users
WHERE uuid = %(user_uuid)s
