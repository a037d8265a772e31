-- users/handle_save: saves a person's handle; the one before stays taken for 30 days.
-- params:  user_uuid uuid, handle text
-- returns: rows
UPDATE users
SET handle = %(handle)s, handle_wanted = NULL
WHERE uuid = %(user_uuid)s
