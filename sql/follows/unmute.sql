-- follows/unmute: takes a mute back.
-- params:  user_uuid uuid, other_uuid uuid
-- returns: rows
DELETE FROM mutes
WHERE user_uuid = %(user_uuid)s AND muted_uuid = %(other_uuid)s
