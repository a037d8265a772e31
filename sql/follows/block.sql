-- follows/block: blocks somebody, and ends their following each other; open pages of both ask again what they may see.
-- params:  user_uuid uuid, other_uuid uuid
-- returns: rows
WITH blocked AS (
  INSERT INTO blocks (user_uuid, blocked_uuid)
  VALUES (%(user_uuid)s, %(other_uuid)s)
  ON CONFLICT DO NOTHING
  RETURNING user_uuid, blocked_uuid
), unfollowed AS (
  DELETE FROM follows
  USING blocked
  WHERE (follows.user_uuid = blocked.user_uuid AND follows.followed_uuid = blocked.blocked_uuid)
    OR (follows.user_uuid = blocked.blocked_uuid AND follows.followed_uuid = blocked.user_uuid)
)
INSERT INTO withdrawals (number, user_uuid, audience, expires_at)
SELECT next_number(), either.uuid, 'viewer', now()
FROM blocked
CROSS JOIN LATERAL (VALUES (blocked.user_uuid), (blocked.blocked_uuid)) AS either (uuid)
