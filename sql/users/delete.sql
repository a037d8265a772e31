-- users/delete: deletes an account with all that is bound to it; what it wrote must be blank already.
-- params:  user_uuid uuid
-- returns: rows
DELETE FROM users
WHERE uuid = %(user_uuid)s
