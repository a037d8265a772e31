-- identities/create: an account for a person of an identity provider; no row where they have one, or lost a race for the handle.
-- params:  issuer text, subject text, display_name text, handle text, handle_wanted text, email text?
-- returns: uuid
-- The first free of ann, ann_2, … ann_99. An e-mail address that somebody has stays theirs: it proves nothing here.
INSERT INTO users (display_name, handle, handle_wanted, email, identity_issuer, cognito_user_id)
SELECT
  %(display_name)s,
  free.handle,
  CASE WHEN free.handle <> %(handle_wanted)s THEN %(handle_wanted)s END,
  CASE WHEN NOT EXISTS (SELECT FROM users WHERE lower(email) = lower(%(email)s)) THEN %(email)s END,
  %(issuer)s,
  %(subject)s
FROM (
  SELECT left(%(handle)s, 30 - length(ending)) || ending AS handle
  FROM (
    SELECT number, CASE number WHEN 1 THEN '' ELSE '_' || number END AS ending FROM generate_series(1, 99) AS number
  ) AS endings
  -- OFFSET keeps it an index look-up each; as a join it was planned as a scan of all users.
  WHERE NOT EXISTS (SELECT FROM users WHERE lower(handle) = left(%(handle)s, 30 - length(ending)) || ending OFFSET 0)
  ORDER BY number
  LIMIT 1
) AS free
ON CONFLICT DO NOTHING
RETURNING uuid
