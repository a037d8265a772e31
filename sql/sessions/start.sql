-- sessions/start: a new session, unless the password that was checked is none any more. A person has fifty at most.
-- params:  token_hash bytea, user_uuid uuid, password_hash text?, absolute_seconds int
-- returns: rows
-- Without a password only somebody whom an identity provider knows comes in.
-- Started once more, after a lost answer, a session stays as it is.
-- The locks make it wait for a suspension or a change of the password that is under way, and see what came of it.
WITH account AS MATERIALIZED (
  SELECT uuid, identity_issuer
  FROM users
  WHERE uuid = %(user_uuid)s AND suspended_at IS NULL
  FOR SHARE
), checked AS MATERIALIZED (
  SELECT user_uuid
  FROM passwords
  WHERE user_uuid = %(user_uuid)s AND password_hash = %(password_hash)s
  FOR SHARE
), unused AS (
  DELETE FROM sessions
  USING (
    SELECT token_hash, row_number() OVER (ORDER BY seen_at DESC, token_hash) AS number
    FROM sessions
    WHERE user_uuid = %(user_uuid)s
  ) AS own
  WHERE sessions.token_hash = own.token_hash AND own.number >= 50
)
INSERT INTO sessions (token_hash, user_uuid, expires_at)
SELECT %(token_hash)s, account.uuid, now() + make_interval(secs => %(absolute_seconds)s)
FROM account
WHERE account.uuid IN (SELECT user_uuid FROM checked)
  OR (%(password_hash)s IS NULL AND account.identity_issuer IS NOT NULL)
ON CONFLICT (token_hash) DO NOTHING
