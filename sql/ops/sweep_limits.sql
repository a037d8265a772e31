-- ops/sweep_limits: deletes a batch of counts whose window has ended.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT action, subject
  FROM rate_limits
  WHERE window_ends_at <= now()
  ORDER BY window_ends_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM rate_limits
USING batch
WHERE rate_limits.action = batch.action AND rate_limits.subject = batch.subject
