-- ops/sweep_report_copies: deletes a batch of expired sealed copies.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT report_uuid
  FROM report_copies
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM report_copies
USING batch
WHERE report_copies.report_uuid = batch.report_uuid
