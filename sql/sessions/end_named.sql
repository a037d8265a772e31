-- sessions/end_named: ends one of a person's sessions.
-- params:  user_uuid uuid, session_name text
-- returns: rows
DELETE FROM sessions
WHERE user_uuid = %(user_uuid)s
  AND encode(substr(token_hash, 1, 8), 'hex') = %(session_name)s
