-- feeds/_replies: `replies`: a page of the replies to a thread's activity, and one more.
, alive AS MATERIALIZED (
  SELECT uuid, number, created_at
  FROM seen
  WHERE reply_to_activity_uuid = %(uuid)s
    AND number > COALESCE(%(after)s, 0)
  ORDER BY number
  LIMIT %(limit)s + 1
), replies AS (
  SELECT uuid, number, created_at, is_stub, row_number() OVER (ORDER BY number) AS position
  FROM (
    SELECT uuid, number, created_at, false AS is_stub FROM alive
    UNION ALL
    (
      SELECT uuid, number, created_at, true
      FROM thread_stubs
      WHERE reply_to_activity_uuid = %(uuid)s
        AND number > COALESCE(%(after)s, 0)
        -- On a full page only the stubs within it.
        AND number <= COALESCE((SELECT max(number) FROM alive HAVING count(*) > %(limit)s), 9223372036854775807)
      ORDER BY number
      LIMIT %(limit)s + 1
    )
    ORDER BY number
    LIMIT %(limit)s + 1
  ) AS reply
)
