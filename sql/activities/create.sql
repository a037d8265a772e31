-- activities/create: a new activity; no row if its parent cannot be seen any more.
-- params:  uuid uuid, viewer_uuid uuid, message text, mentioned text[], audience text, life_seconds int, undo_seconds int, reply_to_activity_uuid uuid?
-- returns: uuid
-- A reply reaches no further than its parent. Below one for followers the circle stays that of the author on top.
WITH
-- include activities/_seen
, written AS (
  INSERT INTO activities (
    uuid, user_uuid, reply_to_activity_uuid, depth, expires_at, visible_from, audience, circle_user_uuid
  )
  SELECT
    %(uuid)s,
    %(viewer_uuid)s,
    %(reply_to_activity_uuid)s,
    COALESCE(parent.depth + 1, 0),
    now() + make_interval(secs => %(life_seconds)s),
    now() + make_interval(secs => %(undo_seconds)s),
    reach.audience,
    CASE
      WHEN parent.audience = 'followers' THEN parent.circle_user_uuid
      WHEN reach.audience = 'followers' THEN %(viewer_uuid)s
    END
  FROM (SELECT) AS activity
  CROSS JOIN viewer
  LEFT JOIN seen AS parent
    ON parent.uuid = %(reply_to_activity_uuid)s
    AND (parent.circle_user_uuid IS NULL OR parent.circle_user_uuid <> ALL (viewer.shut_out))
  CROSS JOIN LATERAL (
    SELECT
    -- include activities/_reach
  ) AS reach
  WHERE %(reply_to_activity_uuid)s IS NULL
    OR parent.uuid IS NOT NULL
  RETURNING uuid, audience, reply_to_activity_uuid
), worded AS (
  INSERT INTO activity_texts (activity_uuid, message)
  SELECT uuid, %(message)s FROM written
), addressed AS (
  -- include activities/_addressees
)
SELECT uuid FROM written
