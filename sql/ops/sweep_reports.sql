-- ops/sweep_reports: deletes a batch of expired reports, and their copies.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT uuid
  FROM reports
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM reports
USING batch
WHERE reports.uuid = batch.uuid
