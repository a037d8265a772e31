-- activities/_withdrawn: lets the open pages of who could see them know of the activities in `leaving`.
-- `leaving`: uuid, number, user_uuid, visible_from, expires_at, audience, circle_user_uuid.
, withdrawn AS (
  INSERT INTO withdrawals (number, user_uuid, audience, expires_at, circle_user_uuid, addressee_uuids)
  SELECT
    number,
    user_uuid,
    CASE WHEN visible_from > now() THEN 'author' ELSE audience END,
    expires_at,
    circle_user_uuid,
    ARRAY(SELECT addressees.user_uuid FROM addressees WHERE addressees.activity_uuid = leaving.uuid)
  FROM leaving
  ON CONFLICT DO NOTHING
)
