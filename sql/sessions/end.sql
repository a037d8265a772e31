-- sessions/end: ends one session.
-- params:  token_hash bytea
-- returns: rows
DELETE FROM sessions
WHERE token_hash = %(token_hash)s
