-- ops/sweep_audit: deletes a batch of expired lines of the audit.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT number
  FROM audit
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM audit
USING batch
WHERE audit.number = batch.number
