-- sign_ups/taken: whether a handle, of now or of lately, and an e-mail address are in use, to report both at once.
-- params:  handle text, email text?
-- returns: Taken
SELECT
  EXISTS (SELECT FROM users WHERE lower(handle) = lower(%(handle)s))
    OR EXISTS (SELECT FROM former_handles WHERE handle = lower(%(handle)s) AND expires_at > now()) AS handle,
  EXISTS (SELECT FROM users WHERE lower(email) = lower(%(email)s)) AS email
