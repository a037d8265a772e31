-- activities/burn: ends the author's own live activity now and blanks it in the same statement.
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
)
-- include activities/_end
SELECT uuid FROM ended
