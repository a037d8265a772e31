-- ops/sweep_withdrawals: deletes a batch of withdrawals that open pages have read.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT withdrawn_at, number
  FROM withdrawals
  WHERE withdrawn_at <= now() - interval '10 minutes'
  ORDER BY withdrawn_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM withdrawals
USING batch
WHERE withdrawals.withdrawn_at = batch.withdrawn_at AND withdrawals.number = batch.number
