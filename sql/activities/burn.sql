-- activities/burn: ends the author's own live activity now and blanks it in the same statement.
-- params:  user_uuid uuid, uuid uuid, key_seconds int
-- returns: rows
WITH leaving AS MATERIALIZED (
  SELECT
    uuid, number, user_uuid, visible_from, audience, circle_user_uuid, GREATEST(now(), created_at) AS expires_at
  FROM activities
  WHERE uuid = %(uuid)s
    AND user_uuid = %(user_uuid)s
    AND expires_at > now()
  FOR UPDATE
)
-- include activities/_blanked
-- include activities/_withdrawn
-- include activities/_end
SELECT uuid FROM ended
