-- moderation/note: a line of the audit: who, what, whom, why. No actor: on the server.
-- params:  actor_uuid uuid?, act text, user_uuid uuid, activity_uuid uuid?, why text, audit_seconds int
-- returns: rows
INSERT INTO audit (actor_uuid, act, user_uuid, activity_uuid, why, expires_at)
VALUES (
  %(actor_uuid)s,
  %(act)s,
  %(user_uuid)s,
  %(activity_uuid)s,
  %(why)s,
  now() + make_interval(secs => %(audit_seconds)s)
)
