-- feeds/_answers: a page of what answers a thread's activity, with one place more than is shown (`answers`).
, alive AS MATERIALIZED (
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
)
