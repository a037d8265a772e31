-- sessions/seen: notes that a session was used, which keeps it from ending as idle.
-- params:  token_hash bytea
-- returns: rows
UPDATE sessions
SET seen_at = now()
WHERE token_hash = %(token_hash)s
