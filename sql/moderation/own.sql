-- moderation/own: what the viewer reported, newest first, and what came of it; nothing about who blocked them.
-- params:  viewer_uuid uuid
-- returns: OwnReport[]
SELECT
  reports.uuid,
  person.display_name,
  person.handle,
  reports.activity_uuid IS NOT NULL AS is_activity,
  reports.kind,
  reports.created_at,
  reports.outcome,
  reports.settled_at
FROM reports
JOIN users AS person ON person.uuid = reports.user_uuid
WHERE reports.reporter_uuid = %(viewer_uuid)s
  AND reports.expires_at > now()
  AND NOT EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = person.uuid AND blocks.blocked_uuid = %(viewer_uuid)s
  )
ORDER BY reports.number DESC
LIMIT 50
