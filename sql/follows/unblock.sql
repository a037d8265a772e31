-- follows/unblock: takes a block back.
-- params:  user_uuid uuid, other_uuid uuid
-- returns: rows
DELETE FROM blocks
WHERE user_uuid = %(user_uuid)s AND blocked_uuid = %(other_uuid)s
