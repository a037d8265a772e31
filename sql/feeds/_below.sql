-- feeds/_below: `below`: the shown `replies` of a thread, and everything below the stubs among them.
, below AS (
  -- Replies to a stub can be reached only here.
  SELECT uuid, number, created_at, is_stub, 0 AS depth, ARRAY[number] AS path
  FROM replies
  WHERE position <= %(limit)s
  UNION ALL
  SELECT child.uuid, child.number, child.created_at, child.is_stub, below.depth + 1, below.path || child.number
  FROM below
  CROSS JOIN LATERAL (
    SELECT uuid, number, created_at, is_stub
    FROM nodes
    WHERE reply_to_activity_uuid = below.uuid
    ORDER BY number
    LIMIT 201
  ) AS child
  WHERE below.is_stub AND below.depth < 50
)
