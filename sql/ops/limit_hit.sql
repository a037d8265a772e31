-- ops/limit_hit: counts a try in the running window; the seconds to wait when it is one too many, else nothing.
-- params:  action text, subject text, seconds int, most int
-- returns: int?
INSERT INTO rate_limits AS running (action, subject, window_ends_at)
VALUES (%(action)s, %(subject)s, now() + make_interval(secs => %(seconds)s))
ON CONFLICT (action, subject) DO UPDATE
SET
  hits = CASE WHEN running.window_ends_at <= now() THEN 1 ELSE LEAST(running.hits + 1, 1000000) END,
  window_ends_at = CASE
    WHEN running.window_ends_at <= now() THEN EXCLUDED.window_ends_at
    ELSE running.window_ends_at
  END
RETURNING CASE
  WHEN hits > %(most)s THEN GREATEST(1, ceil(extract(epoch FROM window_ends_at - now())))::int
END
