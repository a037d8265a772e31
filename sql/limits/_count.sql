-- limits/_count: counts one more try in the running window, or the first of a new one.
ON CONFLICT (action, subject) DO UPDATE
SET
  hits = CASE WHEN running.window_ends_at <= now() THEN 1 ELSE LEAST(running.hits + 1, 1000000) END,
  window_ends_at = CASE
    WHEN running.window_ends_at <= now() THEN EXCLUDED.window_ends_at
    ELSE running.window_ends_at
  END
