-- feeds/freshness: whether a replica has seen what the ticket says: fresh, waiting (for moments), late, or slow (its clock).
-- params:  viewer_uuid uuid?, asked_at timestamptz, withdrawals bigint, writes bigint, settled_at timestamptz?
-- returns: text
-- Before the ticket's time by its own clock, it would still show what has expired by then.
SELECT
  CASE
    WHEN now() < %(asked_at)s - interval '1 second' THEN 'slow'
    WHEN COALESCE(
      (SELECT created_at FROM live_activities ORDER BY created_at DESC LIMIT 1), '-infinity'
    ) < %(settled_at)s THEN 'late'
    WHEN now() < %(asked_at)s THEN 'waiting'
    WHEN COALESCE((SELECT number FROM withdrawals), 0) < %(withdrawals)s THEN 'waiting'
    WHEN COALESCE((SELECT writes FROM users WHERE uuid = %(viewer_uuid)s), 0) < %(writes)s THEN 'waiting'
    ELSE 'fresh'
  END
