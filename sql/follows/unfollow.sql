-- follows/unfollow: ends following somebody; open pages of who did it ask again what they may see.
-- params:  user_uuid uuid, other_uuid uuid
-- returns: rows
WITH unfollowed AS (
  DELETE FROM follows
  WHERE user_uuid = %(user_uuid)s AND followed_uuid = %(other_uuid)s
  RETURNING user_uuid
)
INSERT INTO withdrawals (number, user_uuid, audience, expires_at)
SELECT next_number(), user_uuid, 'viewer', now()
FROM unfollowed
