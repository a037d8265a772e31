-- users/create: a new local account.
-- params:  display_name text, handle text, email text
-- returns: uuid
INSERT INTO users (display_name, handle, email)
VALUES (%(display_name)s, %(handle)s, %(email)s)
RETURNING uuid
