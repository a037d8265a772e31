-- feeds/thread: a live activity, what it answers up to 50 steps above, and a page of what answers it.
-- params:  viewer_uuid uuid?, uuid uuid, after_at timestamptz?, after_uuid uuid?, limit int
-- returns: Thread
-- LATERAL and sub-selects walk from place to place by index; plain joins were planned as scans of the whole table.
WITH RECURSIVE places AS NOT MATERIALIZED (
  SELECT uuid, reply_to_activity_uuid, created_at, false AS is_stub FROM live_activities
  UNION ALL
  SELECT uuid, reply_to_activity_uuid, created_at, true AS is_stub FROM thread_stubs
), cards AS NOT MATERIALIZED (
  -- include activities/_card
), above AS (
  SELECT uuid, reply_to_activity_uuid, created_at, 0 AS step
  FROM live_activities
  WHERE uuid = %(uuid)s
  UNION ALL
  SELECT parent.uuid, parent.reply_to_activity_uuid, parent.created_at, above.step + 1
  FROM above
  CROSS JOIN LATERAL (
    SELECT uuid, reply_to_activity_uuid, created_at
    FROM places
    WHERE uuid = above.reply_to_activity_uuid
    OFFSET 0
  ) AS parent
  WHERE above.step < 50
), alive AS MATERIALIZED (
  SELECT uuid, created_at
  FROM live_activities
  WHERE reply_to_activity_uuid = %(uuid)s
    AND (created_at, uuid) > (
      COALESCE(%(after_at)s, '-infinity'),
      COALESCE(%(after_uuid)s, '00000000-0000-0000-0000-000000000000')
    )
  ORDER BY created_at, uuid
  LIMIT %(limit)s + 1
), answers AS (
  SELECT uuid, created_at, is_stub, row_number() OVER (ORDER BY created_at, uuid) AS number
  FROM (
    SELECT uuid, created_at, false AS is_stub FROM alive
    UNION ALL
    (
      SELECT uuid, created_at, true
      FROM thread_stubs
      WHERE reply_to_activity_uuid = %(uuid)s
        AND (created_at, uuid) > (
          COALESCE(%(after_at)s, '-infinity'),
          COALESCE(%(after_uuid)s, '00000000-0000-0000-0000-000000000000')
        )
        -- Of a full page only the stubs that stand on it.
        AND created_at <= COALESCE((SELECT max(created_at) FROM alive HAVING count(*) > %(limit)s), 'infinity')
      ORDER BY created_at, uuid
      LIMIT %(limit)s + 1
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
  CROSS JOIN LATERAL (
    SELECT uuid, created_at, is_stub
    FROM places
    WHERE reply_to_activity_uuid = below.uuid
    ORDER BY created_at, uuid
    LIMIT 201
  ) AS child
  WHERE below.is_stub AND below.depth < 50
)
SELECT
  row_to_json(activity) AS activity,
  (
    SELECT COALESCE(
      json_agg(
        json_build_object('uuid', uuid, 'created_at', created_at, 'depth', depth, 'card', card) ORDER BY step DESC
      ),
      '[]'
    )
    FROM (
      SELECT uuid, created_at, step, 0 AS depth,
        (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = above.uuid) AS card
      FROM above
      WHERE step > 0
    ) AS ancestor
  ) AS ancestors,
  (
    SELECT COALESCE(
      json_agg(json_build_object('uuid', uuid, 'created_at', created_at, 'depth', depth, 'card', card) ORDER BY path),
      '[]'
    )
    FROM (
      SELECT uuid, created_at, depth, path,
        (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = below.uuid) AS card
      FROM below
      LIMIT 200
    ) AS reply
  ) AS replies,
  (
    (SELECT count(*) > 200 FROM (SELECT FROM below LIMIT 201) AS place)
    OR EXISTS (SELECT FROM below WHERE is_stub AND depth = 50)
  ) AS cut,
  (
    SELECT json_build_object('created_at', created_at, 'uuid', uuid)
    FROM answers
    WHERE number = %(limit)s AND EXISTS (SELECT FROM answers WHERE number > %(limit)s)
  ) AS next
FROM cards AS activity
WHERE activity.uuid = %(uuid)s
