-- users/delete: deletes an account with all that is bound to it; what it wrote must be blank already.
-- params:  user_uuid uuid
-- returns: rows
-- The open pages of its followers ask again: nothing tells afterwards what was for them alone.
WITH asking AS (
  INSERT INTO withdrawals (number, user_uuid, audience, expires_at)
  SELECT number, user_uuid, 'viewer', now()
  FROM follows
  WHERE followed_uuid = %(user_uuid)s
  ON CONFLICT DO NOTHING
), wordless AS (
  UPDATE reports
  SET words = '', reporter_uuid = NULL
  WHERE reporter_uuid = %(user_uuid)s
), unreported AS (
  DELETE FROM reports
  WHERE user_uuid = %(user_uuid)s
), uninvited AS (
  DELETE FROM invitations
  WHERE user_uuid = %(user_uuid)s
)
DELETE FROM users
WHERE uuid = %(user_uuid)s
