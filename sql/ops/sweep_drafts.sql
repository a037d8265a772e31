-- ops/sweep_drafts: deletes a batch of expired drafts.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT uuid
  FROM drafts
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM drafts
USING batch
WHERE drafts.uuid = batch.uuid
