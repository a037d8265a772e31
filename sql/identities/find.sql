-- identities/find: the account behind a provider's identity, never found by e-mail.
-- params:  issuer text, subject text
-- returns: Identity
SELECT uuid, handle, handle_wanted, suspended_at IS NOT NULL AS suspended
FROM users
WHERE identity_issuer = %(issuer)s AND cognito_user_id = %(subject)s
