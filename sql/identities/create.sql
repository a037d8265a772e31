-- identities/create: an account for a provider's person; no row if they have one, or if the handle was just taken.
-- params:  issuer text, subject text, display_name text, handle text, handle_wanted text, email text?
-- returns: uuid
-- Takes the first free handle of ann, ann_2, … ann_99. Leaves out an e-mail address in use: it proves nothing here.
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
  -- OFFSET forces an index look-up for each; a join was planned as a scan of all users.
  WHERE NOT EXISTS (SELECT FROM users WHERE lower(handle) = left(%(handle)s, 30 - length(ending)) || ending OFFSET 0)
    AND NOT EXISTS (
      SELECT
      FROM former_handles
      WHERE former_handles.handle = left(%(handle)s, 30 - length(ending)) || ending AND expires_at > now()
      OFFSET 0
    )
  ORDER BY number
  LIMIT 1
) AS free
ON CONFLICT DO NOTHING
RETURNING uuid
