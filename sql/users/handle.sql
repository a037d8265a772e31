-- users/handle: the handle of a person whose page can be seen; no row for others.
-- params:  user_uuid uuid
-- returns: text
SELECT handle
FROM users
WHERE uuid = %(user_uuid)s
  AND suspended_at IS NULL
