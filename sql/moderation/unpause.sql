-- moderation/unpause: ends a pause, but for what other settled cases gave since the person was last let back in.
-- params:  user_uuid uuid
-- returns: rows
UPDATE users
SET paused_until = (
  SELECT max(audit.created_at + make_interval(days => CASE audit.act WHEN 'pause-7-days' THEN 7 ELSE 1 END))
  FROM audit
  WHERE audit.user_uuid = %(user_uuid)s
    AND audit.act IN ('pause-1-day', 'pause-7-days')
    AND EXISTS (
      SELECT
      FROM reports
      WHERE reports.user_uuid = audit.user_uuid
        AND reports.settled_at = audit.created_at
        AND reports.outcome = 'paused'
    )
    AND NOT EXISTS (
      SELECT
      FROM audit AS later
      WHERE later.user_uuid = audit.user_uuid
        AND later.act = 'restore'
        AND later.number > audit.number
    )
)
WHERE uuid = %(user_uuid)s
