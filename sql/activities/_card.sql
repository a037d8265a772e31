-- activities/_card: the one definition of a card: its fields, and the door they come through. A template goes on with WHERE.
SELECT
  activity.uuid,
  activity.user_uuid,
  activity.display_name,
  activity.handle,
  activity.message,
  (
    SELECT count(*)
    FROM live_activities AS reply
    WHERE reply.reply_to_activity_uuid = activity.uuid
  ) AS replies_count,
  activity.reposts_count,
  activity.likes_count,
  activity.reply_to_activity_uuid,
  (
    SELECT parent.handle
    FROM live_activities AS parent
    WHERE parent.uuid = activity.reply_to_activity_uuid
  ) AS reply_to_handle,
  CASE WHEN position('@' IN activity.message) > 0 THEN (
    SELECT array_agg(person.handle)
    FROM (
      SELECT DISTINCT lower(found[1]) AS handle
      FROM regexp_matches(activity.message, '@([A-Za-z0-9_]{2,30})', 'g') AS found
      LIMIT 20
    ) AS mention
    JOIN users AS person ON lower(person.handle) = mention.handle AND person.suspended_at IS NULL
  ) END AS mentions,
  COALESCE(activity.user_uuid = %(viewer_uuid)s, false) AS is_own,
  activity.expires_at,
  activity.created_at,
  now() AS read_at
FROM live_activities AS activity
