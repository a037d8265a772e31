-- follows/follow: follows somebody whom one did not block; repeating it changes nothing.
-- params:  user_uuid uuid, other_uuid uuid
-- returns: rows
INSERT INTO follows (user_uuid, followed_uuid)
SELECT %(user_uuid)s, %(other_uuid)s
WHERE NOT EXISTS (SELECT FROM blocks WHERE user_uuid = %(user_uuid)s AND blocked_uuid = %(other_uuid)s)
ON CONFLICT DO NOTHING
