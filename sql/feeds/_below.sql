-- feeds/_below: the shown `answers` of a thread, and what stands below the stubs among them (`below`).
, below AS (
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
