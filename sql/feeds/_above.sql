-- feeds/_above: `above`: the thread's activity (step 0) and what it replies to, as many steps as a thread has, of `nodes`.
, above AS (
  SELECT uuid, number, reply_to_activity_uuid, 0 AS step
  FROM seen
  WHERE uuid = %(uuid)s
  UNION ALL
  SELECT parent.uuid, parent.number, parent.reply_to_activity_uuid, above.step + 1
  FROM above
  CROSS JOIN LATERAL (
    SELECT uuid, number, reply_to_activity_uuid
    FROM nodes
    WHERE uuid = above.reply_to_activity_uuid
    OFFSET 0
  ) AS parent
  WHERE above.step < 100
)
