-- users/handle_save: saves the handle picked after the wanted one was taken; touches no row if none is to be picked.
-- params:  user_uuid uuid, handle text
-- returns: rows
UPDATE users
SET handle = %(handle)s, handle_wanted = NULL
WHERE uuid = %(user_uuid)s AND handle_wanted IS NOT NULL
