-- sign_ups/taken: whether a handle and an e-mail address are in use, to report both at once.
-- params:  handle text, email text?
-- returns: Taken
SELECT
  EXISTS (SELECT FROM users WHERE lower(handle) = lower(%(handle)s)) AS handle,
  EXISTS (SELECT FROM users WHERE lower(email) = lower(%(email)s)) AS email
