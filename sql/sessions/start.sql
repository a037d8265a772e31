-- sessions/start: a new session, unless the checked password was changed since. Keeps at most fifty for a person.
-- params:  token_hash bytea, user_uuid uuid, password_hash text?, absolute_seconds int, draft_uuid uuid?, signed_out_hash bytea?, browser_hash bytea?
-- returns: rows
-- Without a password only people of an identity provider can sign in.
-- A repeat after a lost response changes nothing.
-- The locks wait for a running suspension or password change, and see its result.
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
), entitled AS MATERIALIZED (
  SELECT uuid
  FROM account
  WHERE uuid IN (SELECT user_uuid FROM checked)
    OR (%(password_hash)s IS NULL AND identity_issuer IS NOT NULL)
), unused AS (
  DELETE FROM sessions
  USING (
    SELECT token_hash, row_number() OVER (ORDER BY seen_at DESC, token_hash) AS number
    FROM sessions
    WHERE user_uuid = %(user_uuid)s
  ) AS own
  WHERE sessions.token_hash = own.token_hash AND own.number >= 50
), claimed AS (
  -- include drafts/_claim
), replaced AS (
  -- include drafts/_replaced
)
INSERT INTO sessions (token_hash, user_uuid, expires_at)
SELECT %(token_hash)s, entitled.uuid, now() + make_interval(secs => %(absolute_seconds)s)
FROM entitled
ON CONFLICT (token_hash) DO NOTHING
