-- activities/fuse: moves the end of the author's own live activity, and with it the end of all that is bound to it.
-- params:  user_uuid uuid, uuid uuid, life_seconds int, ceiling_seconds int, key_seconds int
-- returns: rows
WITH leaving AS MATERIALIZED (
  SELECT
    uuid,
    number,
    user_uuid,
    visible_from,
    audience,
    circle_user_uuid,
    -- A ceiling that was lowered since shortens no life.
    LEAST(
      now() + make_interval(secs => %(life_seconds)s),
      GREATEST(created_at + make_interval(secs => %(ceiling_seconds)s), expires_at)
    ) AS expires_at
  FROM activities
  WHERE uuid = %(uuid)s
    AND user_uuid = %(user_uuid)s
    AND expires_at > now()
  FOR UPDATE
), moved AS (
  UPDATE activities
  SET expires_at = leaving.expires_at
  FROM leaving
  WHERE activities.uuid = leaving.uuid
  RETURNING activities.uuid, activities.expires_at
), moved_keys AS (
  UPDATE activity_keys
  SET expires_at = moved.expires_at + make_interval(secs => %(key_seconds)s)
  FROM moved
  WHERE activity_keys.activity_uuid = moved.uuid
)
-- include activities/_withdrawn
SELECT uuid FROM moved
