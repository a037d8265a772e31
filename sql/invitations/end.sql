-- invitations/end: ends an invitation; nothing of it is kept.
-- params:  uuid uuid
-- returns: rows
DELETE FROM invitations
WHERE uuid = %(uuid)s
