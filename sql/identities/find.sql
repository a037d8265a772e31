-- identities/find: the account of a provider's identity; e-mail addresses are not compared.
-- params:  issuer text, subject text
-- returns: Identity
SELECT uuid, handle, handle_wanted, suspended_at IS NOT NULL AS suspended
FROM users
WHERE identity_issuer = %(issuer)s AND cognito_user_id = %(subject)s
