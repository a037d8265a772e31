-- sessions/account: the account behind a handle or an e-mail address, with what its password is checked against.
-- params:  login text
-- returns: Account
-- Also behind a handle that was theirs within 30 days: nobody else has it.
SELECT account.uuid, password.password_hash, account.suspended_at IS NOT NULL AS suspended
FROM users AS account
LEFT JOIN passwords AS password ON password.user_uuid = account.uuid
WHERE lower(account.handle) = lower(%(login)s)
  OR lower(account.email) = lower(%(login)s)
  OR account.uuid = (SELECT user_uuid FROM former_handles WHERE handle = lower(%(login)s) AND expires_at > now())
LIMIT 1
