-- feeds/freshness: whether a replica has seen what the ticket says: fresh, waiting (for moments), or late.
-- params:  viewer_uuid uuid?, withdrawals bigint, writes bigint, settled_at timestamptz?
-- returns: text
SELECT
  CASE
    WHEN COALESCE(
      (SELECT created_at FROM live_activities ORDER BY created_at DESC LIMIT 1), '-infinity'
    ) < %(settled_at)s THEN 'late'
    WHEN COALESCE((SELECT number FROM withdrawals), 0) < %(withdrawals)s THEN 'waiting'
    WHEN COALESCE((SELECT writes FROM users WHERE uuid = %(viewer_uuid)s), 0) < %(writes)s THEN 'waiting'
    ELSE 'fresh'
  END
