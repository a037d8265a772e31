-- feeds/freshness: whether a replica has seen what the ticket says: fresh, waiting (for moments), or what keeps it from it.
-- params:  viewer_uuid uuid?, history uuid?, asked_at timestamptz, withdrawals bigint, writes bigint, settled_at timestamptz?
-- returns: text
-- A copy that lives on its own, or follows what was before a restore, counts for itself: it may seem to have seen more.
-- Before the ticket's time by its own clock, a replica would still show what has expired by then.
SELECT
  CASE
    WHEN NOT pg_is_in_recovery() THEN 'no replica'
    WHEN COALESCE((SELECT history FROM withdrawals) <> %(history)s, true) THEN 'of another history'
    WHEN now() < %(asked_at)s - interval '1 second' THEN 'slow clock'
    WHEN COALESCE(
      (SELECT created_at FROM live_activities ORDER BY created_at DESC LIMIT 1), '-infinity'
    ) < %(settled_at)s THEN 'late'
    WHEN now() < %(asked_at)s THEN 'waiting'
    WHEN COALESCE((SELECT number FROM withdrawals), 0) < %(withdrawals)s THEN 'waiting'
    WHEN COALESCE((SELECT writes FROM users WHERE uuid = %(viewer_uuid)s), 0) < %(writes)s THEN 'waiting'
    ELSE 'fresh'
  END
