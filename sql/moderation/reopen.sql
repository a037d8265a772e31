-- moderation/reopen: what one act settled waits again, except for what its reporter has reported once more since.
-- params:  user_uuid uuid, settled_at timestamptz
-- returns: rows
WITH settled AS MATERIALIZED (
  SELECT uuid
  FROM reports
  WHERE user_uuid = %(user_uuid)s
    AND settled_at = %(settled_at)s
  ORDER BY number
  FOR UPDATE
)
UPDATE reports
SET outcome = NULL, settled_by_uuid = NULL, settled_at = NULL
FROM settled
WHERE reports.uuid = settled.uuid
  AND NOT EXISTS (
    SELECT
    FROM reports AS again
    WHERE again.reporter_uuid = reports.reporter_uuid
      AND again.user_uuid = reports.user_uuid
      AND again.activity_uuid IS NOT DISTINCT FROM reports.activity_uuid
      AND again.settled_at IS NULL
  )
