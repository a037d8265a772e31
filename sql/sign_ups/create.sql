-- sign_ups/create: a new local account; its uuid is derived from the sign-up's key.
-- params:  uuid uuid, display_name text, handle text, email text?
-- returns: uuid
INSERT INTO users (uuid, display_name, handle, email)
VALUES (%(uuid)s, %(display_name)s, %(handle)s, %(email)s)
RETURNING uuid
