-- sessions/password_set: sets or replaces an account's password.
-- params:  user_uuid uuid, password_hash text
-- returns: rows
INSERT INTO passwords (user_uuid, password_hash)
VALUES (%(user_uuid)s, %(password_hash)s)
ON CONFLICT (user_uuid) DO UPDATE
SET password_hash = EXCLUDED.password_hash, changed_at = now()
