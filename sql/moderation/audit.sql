-- moderation/audit: what moderators and operators did, newest first; never what was decided about this moderator.
-- params:  viewer_uuid uuid, before bigint?, limit int
-- returns: AuditLine[]
SELECT
  audit.number::text AS number,
  actor.display_name AS actor_name,
  actor.handle AS actor_handle,
  audit.on_server,
  audit.act,
  person.display_name,
  person.handle,
  audit.activity_uuid IS NOT NULL AS is_activity,
  audit.why,
  audit.created_at
FROM audit
LEFT JOIN users AS actor ON actor.uuid = audit.actor_uuid
LEFT JOIN users AS person ON person.uuid = audit.user_uuid
WHERE audit.expires_at > now()
  AND audit.user_uuid IS DISTINCT FROM %(viewer_uuid)s
  AND audit.number < COALESCE(%(before)s, 9223372036854775807)
ORDER BY audit.number DESC
LIMIT %(limit)s
