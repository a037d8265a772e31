-- sessions/account: the account behind a handle or an e-mail address, with what its password is checked against.
-- params:  login text
-- returns: Account
SELECT account.uuid, password.password_hash, account.suspended_at IS NOT NULL AS suspended
FROM users AS account
LEFT JOIN passwords AS password ON password.user_uuid = account.uuid
WHERE lower(account.handle) = lower(%(login)s)
  OR lower(account.email) = lower(%(login)s)
LIMIT 1
