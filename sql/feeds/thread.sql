-- feeds/thread: a live activity, what it answers up to 50 steps above, and a page of what answers it.
-- params:  viewer_uuid uuid?, uuid uuid, after_at timestamptz?, after_uuid uuid?, limit int
-- returns: Thread
WITH RECURSIVE places AS NOT MATERIALIZED (
  SELECT uuid, reply_to_activity_uuid, created_at, false AS is_stub FROM live_activities
  UNION ALL
  SELECT uuid, reply_to_activity_uuid, created_at, true AS is_stub FROM thread_stubs
), cards AS NOT MATERIALIZED (
  -- include activities/_card
), above AS (
  SELECT parent.uuid, parent.reply_to_activity_uuid, parent.created_at, 1 AS step
  FROM live_activities AS activity
  JOIN places AS parent ON parent.uuid = activity.reply_to_activity_uuid
  WHERE activity.uuid = %(uuid)s
  UNION ALL
  SELECT parent.uuid, parent.reply_to_activity_uuid, parent.created_at, above.step + 1
  FROM above
  JOIN places AS parent ON parent.uuid = above.reply_to_activity_uuid
  WHERE above.step < 50
), answers AS (
  SELECT uuid, created_at, is_stub, row_number() OVER (ORDER BY created_at, uuid) AS number
  FROM (
    SELECT uuid, created_at, is_stub
    FROM places
    WHERE reply_to_activity_uuid = %(uuid)s
      AND (created_at, uuid) > (
        COALESCE(%(after_at)s, '-infinity'),
        COALESCE(%(after_uuid)s, '00000000-0000-0000-0000-000000000000')
      )
    ORDER BY created_at, uuid
    LIMIT %(limit)s + 1
  ) AS answer
), below AS (
  -- What stands below a stub can be reached from nowhere else, so it is shown here.
  SELECT uuid, created_at, is_stub, 0 AS depth,
    ARRAY[to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') || uuid] AS path
  FROM answers
  WHERE number <= %(limit)s
  UNION ALL
  SELECT child.uuid, child.created_at, child.is_stub, below.depth + 1,
    below.path || (to_char(child.created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') || child.uuid)
  FROM below
  JOIN places AS child ON child.reply_to_activity_uuid = below.uuid
  WHERE below.is_stub AND below.depth < 50
)
SELECT
  row_to_json(activity) AS activity,
  (
    SELECT COALESCE(json_agg(ancestor ORDER BY ancestor.step DESC), '[]')
    FROM (
      SELECT above.uuid, above.created_at, above.step, 0 AS depth, row_to_json(card) AS card
      FROM above
      LEFT JOIN cards AS card ON card.uuid = above.uuid
    ) AS ancestor
  ) AS ancestors,
  (
    SELECT COALESCE(json_agg(reply ORDER BY reply.path), '[]')
    FROM (
      SELECT below.uuid, below.created_at, below.depth, below.path, row_to_json(card) AS card
      FROM below
      LEFT JOIN cards AS card ON card.uuid = below.uuid
    ) AS reply
  ) AS replies,
  (
    SELECT json_build_object('created_at', created_at, 'uuid', uuid)
    FROM answers
    WHERE number = %(limit)s AND EXISTS (SELECT FROM answers WHERE number > %(limit)s)
  ) AS next
FROM cards AS activity
WHERE activity.uuid = %(uuid)s
