-- ops/sweep_handles: deletes a batch of former handles that anybody may take again.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT handle
  FROM former_handles
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM former_handles
USING batch
WHERE former_handles.handle = batch.handle
