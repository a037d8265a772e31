-- sessions/seen: notes that a session was used, so that it does not expire as idle.
-- params:  token_hash bytea
-- returns: rows
UPDATE sessions
SET seen_at = now()
WHERE token_hash = %(token_hash)s
