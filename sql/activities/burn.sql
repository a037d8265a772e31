-- activities/burn: ends one's own live activity now and blanks it in the same write.
-- params:  user_uuid uuid, uuid uuid
-- returns: rows
WITH withdrawn AS (
  UPDATE activities
  SET
    user_uuid = NULL,
    message = NULL,
    expires_at = GREATEST(now(), created_at)
  WHERE uuid = %(uuid)s
    AND user_uuid = %(user_uuid)s
    AND expires_at > now()
  RETURNING uuid
)
-- include ops/_withdrawn
SELECT uuid FROM withdrawn
