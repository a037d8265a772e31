-- moderation/reopen: what one act settled waits again; what its reporter has reported once more since is dismissed instead. Touches none if that was done.
-- params:  user_uuid uuid, settled_at timestamptz
-- returns: rows
WITH settled AS MATERIALIZED (
  SELECT
    uuid,
    EXISTS (
      SELECT
      FROM reports AS again
      WHERE again.reporter_uuid = reports.reporter_uuid
        AND again.user_uuid = reports.user_uuid
        AND again.activity_uuid IS NOT DISTINCT FROM reports.activity_uuid
        AND again.settled_at IS NULL
    ) AS waits_again
  FROM reports
  WHERE user_uuid = %(user_uuid)s
    AND settled_at = %(settled_at)s
  ORDER BY number
  FOR UPDATE
)
UPDATE reports
SET
  outcome = CASE WHEN settled.waits_again THEN 'dismissed' END,
  settled_by_uuid = CASE WHEN settled.waits_again THEN reports.settled_by_uuid END,
  settled_at = CASE WHEN settled.waits_again THEN reports.settled_at END
FROM settled
WHERE reports.uuid = settled.uuid
  AND NOT (settled.waits_again AND reports.outcome = 'dismissed')
