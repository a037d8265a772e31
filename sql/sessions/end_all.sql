-- sessions/end_all: signs a person out everywhere, except from one session.
-- params:  user_uuid uuid, but bytea?
-- returns: rows
DELETE FROM sessions
WHERE user_uuid = %(user_uuid)s
  AND token_hash IS DISTINCT FROM %(but)s
