-- moderation/burn: ends an activity now and removes its text and author in the same statement; gives its author.
-- params:  activity_uuid uuid, key_seconds int
-- returns: uuid
WITH leaving AS MATERIALIZED (
  SELECT
    uuid,
    number,
    user_uuid,
    visible_from,
    audience,
    circle_user_uuid,
    GREATEST(LEAST(expires_at, now()), created_at) AS expires_at
  FROM activities
  WHERE uuid = %(activity_uuid)s
    AND user_uuid IS NOT NULL
  FOR UPDATE
)
-- include activities/_blanked
-- include activities/_withdrawn
-- include activities/_end
SELECT user_uuid FROM leaving
