-- users/sessions_end: signs a person out everywhere.
-- params:  user_uuid uuid
-- returns: rows
DELETE FROM sessions
WHERE user_uuid = %(user_uuid)s
