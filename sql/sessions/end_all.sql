-- sessions/end_all: signs a person out everywhere, but for the one session that is to go on.
-- params:  user_uuid uuid, but bytea?
-- returns: rows
DELETE FROM sessions
WHERE user_uuid = %(user_uuid)s
  AND token_hash IS DISTINCT FROM %(but)s
