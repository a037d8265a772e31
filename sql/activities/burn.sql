-- activities/burn: ends one's own live activity now and blanks it in the same write; its key goes a day later.
-- params:  user_uuid uuid, uuid uuid, key_seconds int
-- returns: rows
WITH ended AS (
  UPDATE activities
  SET
    user_uuid = NULL,
    message = NULL,
    expires_at = GREATEST(now(), created_at)
  WHERE uuid = %(uuid)s
    AND user_uuid = %(user_uuid)s
    AND expires_at > now()
  RETURNING uuid
), shortened AS (
  UPDATE activity_keys
  SET expires_at = LEAST(activity_keys.expires_at, now() + make_interval(secs => %(key_seconds)s))
  FROM ended
  WHERE activity_keys.user_uuid = %(user_uuid)s
    AND activity_keys.activity_uuid = ended.uuid
)
SELECT uuid FROM ended
