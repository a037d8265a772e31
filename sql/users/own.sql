-- users/own: an account as its owner sees it.
-- params:  user_uuid uuid
-- returns: OwnAccount
SELECT display_name, handle, email, bio
FROM users
WHERE uuid = %(user_uuid)s
