-- feeds/_above: `above`: the thread's activity (step 0) and up to 50 steps of what it replies to, from `nodes`.
, above AS (
  SELECT uuid, number, reply_to_activity_uuid, created_at, 0 AS step
  FROM seen
  WHERE uuid = %(uuid)s
  UNION ALL
  SELECT parent.uuid, parent.number, parent.reply_to_activity_uuid, parent.created_at, above.step + 1
  FROM above
  CROSS JOIN LATERAL (
    SELECT uuid, number, reply_to_activity_uuid, created_at
    FROM nodes
    WHERE uuid = above.reply_to_activity_uuid
    OFFSET 0
  ) AS parent
  WHERE above.step < 50
)
