-- users/own: an account as its owner sees it.
-- params:  user_uuid uuid
-- returns: OwnAccount
SELECT
  display_name,
  handle,
  email,
  bio,
  EXISTS (SELECT FROM passwords WHERE passwords.user_uuid = users.uuid) AS has_password,
  handle_wanted,
  (
    SELECT count(*)
    -- include moderation/_decided
      AND audit.user_uuid = users.uuid
  ) AS decisions
FROM users
WHERE uuid = %(user_uuid)s
