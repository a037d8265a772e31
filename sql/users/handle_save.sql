-- users/handle_save: the handle that a person picks after theirs was taken; touches no row when there is nothing to pick.
-- params:  user_uuid uuid, handle text
-- returns: rows
UPDATE users
SET handle = %(handle)s, handle_wanted = NULL
WHERE uuid = %(user_uuid)s AND handle_wanted IS NOT NULL
