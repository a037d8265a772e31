-- sign_ups/create: a new local account under a uuid that follows from its sign-up's key.
-- params:  uuid uuid, display_name text, handle text, email text
-- returns: uuid
INSERT INTO users (uuid, display_name, handle, email)
VALUES (%(uuid)s, %(display_name)s, %(handle)s, %(email)s)
RETURNING uuid
