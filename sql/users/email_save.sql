-- users/email_save: saves or removes the e-mail address that a person signs in with.
-- params:  user_uuid uuid, email text?
-- returns: rows
UPDATE users
SET email = %(email)s
WHERE uuid = %(user_uuid)s
