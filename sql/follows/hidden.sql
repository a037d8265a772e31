-- follows/hidden: whom somebody muted or blocked, the newest first, as many as they may find.
-- params:  viewer_uuid uuid
-- returns: Hidden[]
WITH hidden AS (
  SELECT muted_uuid AS uuid, number, true AS muted, NULLIF(expires_at, 'infinity') AS muted_until, false AS blocked
  FROM mutes
  WHERE user_uuid = %(viewer_uuid)s
    AND expires_at > now()
  UNION ALL
  SELECT blocked_uuid, number, false, NULL, true
  FROM blocks
  WHERE user_uuid = %(viewer_uuid)s
)
SELECT
  other.display_name,
  other.handle,
  hidden.muted,
  hidden.muted_until,
  hidden.blocked
FROM hidden
JOIN users AS other ON other.uuid = hidden.uuid
WHERE other.suspended_at IS NULL
  AND NOT EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = other.uuid AND blocks.blocked_uuid = %(viewer_uuid)s
  )
ORDER BY hidden.number DESC
LIMIT 1000
