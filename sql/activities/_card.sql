-- activities/_card: the one definition of a card: its fields and where they come from, of `seen`. The template adds WHERE.
SELECT
  activity.uuid,
  activity.number::text AS number,
  activity.user_uuid,
  activity.display_name,
  activity.handle,
  activity.role,
  activity.message,
  (
    SELECT count(*)
    FROM (
      SELECT
      FROM seen AS reply
      WHERE reply.reply_to_activity_uuid = activity.uuid
      LIMIT 1000
    ) AS seen
  ) AS replies_count,
  0 AS reposts_count,
  CASE WHEN %(likes_public)s OR activity.user_uuid = %(viewer_uuid)s THEN (
    SELECT count(*)
    FROM (
      SELECT
      FROM likes
      WHERE likes.activity_uuid = activity.uuid
        AND NOT EXISTS (SELECT FROM users WHERE users.uuid = likes.user_uuid AND users.suspended_at IS NOT NULL)
        AND likes.user_uuid <> ALL ((SELECT shut_out FROM viewer)::uuid[])
      LIMIT 1000
    ) AS seen
  ) ELSE 0 END AS likes_count,
  EXISTS (
    SELECT FROM likes WHERE likes.activity_uuid = activity.uuid AND likes.user_uuid = %(viewer_uuid)s
  ) AS liked,
  activity.reply_to_activity_uuid,
  (
    SELECT row_to_json(line)
    FROM (
      SELECT
        uuid,
        number::text,
        handle,
        display_name,
        -- Of somebody muted no word is shown.
        CASE WHEN EXISTS (
          SELECT
          FROM mutes
          WHERE mutes.user_uuid = %(viewer_uuid)s
            AND mutes.muted_uuid = seen.user_uuid
            AND mutes.expires_at > now()
        ) THEN '' ELSE message END AS message,
        expires_at,
        created_at,
        now() AS read_at
      FROM seen
      WHERE seen.uuid = activity.reply_to_activity_uuid
    ) AS line
  ) AS parent,
  CASE WHEN activity.message ~ '[@＠]' THEN (
    SELECT array_agg(mention.handle)
    FROM (
      SELECT DISTINCT lower(found[1]) AS handle
      FROM regexp_matches(activity.message, '[@＠]([A-Za-z0-9_]{2,30})', 'g') AS found
    ) AS mention
    -- include users/_mentioned
    WHERE person.uuid <> ALL ((SELECT shut_out FROM viewer)::uuid[])
  ) END AS mentions,
  COALESCE(activity.user_uuid = %(viewer_uuid)s, false) AS is_own,
  activity.expires_at,
  activity.created_at,
  activity.audience,
  activity.visible_from > now() AS undoable,
  activity.visible_from,
  now() AS read_at
FROM seen AS activity
