-- moderation/hide: hides a live activity from everybody; repeating it changes nothing.
-- params:  activity_uuid uuid
-- returns: rows
WITH leaving AS MATERIALIZED (
  SELECT uuid, number, user_uuid, audience, circle_user_uuid, visible_from, now() AS expires_at
  FROM activities
  WHERE uuid = %(activity_uuid)s
    AND user_uuid IS NOT NULL
    AND hidden_at IS NULL
    AND expires_at > now()
  FOR UPDATE
)
-- include activities/_withdrawn
UPDATE activities
SET hidden_at = now()
FROM leaving
WHERE activities.uuid = leaving.uuid
