-- feeds/_below: the shown `replies` of a thread, and what stands below the stubs among them (`below`).
, below AS (
  -- What stands below a stub can be reached from nowhere else, so it is shown here.
  SELECT uuid, number, created_at, is_stub, 0 AS depth, ARRAY[number] AS path
  FROM replies
  WHERE place <= %(limit)s
  UNION ALL
  SELECT child.uuid, child.number, child.created_at, child.is_stub, below.depth + 1, below.path || child.number
  FROM below
  CROSS JOIN LATERAL (
    SELECT uuid, number, created_at, is_stub
    FROM places
    WHERE reply_to_activity_uuid = below.uuid
    ORDER BY number
    LIMIT 201
  ) AS child
  WHERE below.is_stub AND below.depth < 50
)
