-- ops/activity_burn: an operator ends an activity now: its text and its author are gone with this statement.
-- params:  activity_uuid uuid, key_seconds int
-- returns: uuid
WITH ended AS (
  UPDATE activities
  SET
    user_uuid = NULL,
    message = NULL,
    expires_at = GREATEST(LEAST(expires_at, now()), created_at)
  WHERE uuid = %(activity_uuid)s
    AND user_uuid IS NOT NULL
  RETURNING uuid
), shortened AS (
  UPDATE activity_keys
  SET expires_at = LEAST(activity_keys.expires_at, now() + make_interval(secs => %(key_seconds)s))
  FROM ended
  WHERE activity_keys.activity_uuid = ended.uuid
)
SELECT uuid FROM ended
