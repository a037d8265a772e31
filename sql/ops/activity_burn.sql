-- ops/activity_burn: ends an activity now, for an operator, and removes its text and author in the same statement.
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
)
-- include activities/_end
SELECT uuid FROM ended
