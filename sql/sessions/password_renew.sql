-- sessions/password_renew: a new hash of the same password; touches no row if the password was changed meanwhile.
-- params:  user_uuid uuid, password_hash text, before text
-- returns: rows
UPDATE passwords
SET password_hash = %(password_hash)s
WHERE user_uuid = %(user_uuid)s AND password_hash = %(before)s
