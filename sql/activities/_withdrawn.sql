-- activities/_withdrawn: lets open pages know of the activities in `leaving` (number, user_uuid, visible_from, expires_at).
, withdrawn AS (
  INSERT INTO withdrawals (number, user_uuid, audience, expires_at)
  SELECT number, user_uuid, CASE WHEN visible_from > now() THEN 'author' ELSE 'everyone' END, expires_at
  FROM leaving
  ON CONFLICT DO NOTHING
)
