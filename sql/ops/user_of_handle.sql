-- ops/user_of_handle: the account of a handle, suspended or not.
-- params:  handle text
-- returns: uuid
SELECT uuid
FROM users
WHERE lower(handle) = lower(%(handle)s)
