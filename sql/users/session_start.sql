-- users/session_start: a new session of a user in good standing.
-- params:  token_hash bytea, user_uuid uuid, absolute_seconds int
-- returns: rows
INSERT INTO sessions (token_hash, user_uuid, expires_at)
SELECT %(token_hash)s, uuid, now() + make_interval(secs => %(absolute_seconds)s)
FROM users
WHERE uuid = %(user_uuid)s AND suspended_at IS NULL
