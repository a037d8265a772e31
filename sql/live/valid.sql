-- live/valid: which of these sessions are valid still.
-- params:  token_hashes bytea[], idle_seconds int, issuer text?
-- returns: ValidSession[]
SELECT encode(session.token_hash, 'hex') AS token_hash
-- include sessions/_valid
  AND session.token_hash = ANY (%(token_hashes)s)
