-- moderation/promote: gives a person a role; touches no row if they have it.
-- params:  user_uuid uuid, role text
-- returns: rows
UPDATE users
SET role = %(role)s
WHERE uuid = %(user_uuid)s
  AND role <> %(role)s
