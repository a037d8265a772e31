-- sessions/list: where a person is signed in, last used first.
-- params:  user_uuid uuid, token_hash bytea, idle_seconds int, issuer text?
-- returns: SignedIn[]
SELECT
  encode(substr(session.token_hash, 1, 8), 'hex') AS name,
  session.created_at,
  session.seen_at,
  session.token_hash = %(token_hash)s AS is_this
-- include sessions/_valid
  AND session.user_uuid = %(user_uuid)s
ORDER BY is_this DESC, session.seen_at DESC
