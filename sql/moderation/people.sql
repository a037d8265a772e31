-- moderation/people: who moderates, and whom moderators keep out or made pause, the newest accounts first.
-- params:  limit int
-- returns: Moderated[]
SELECT
  uuid,
  display_name,
  handle,
  NULLIF(role, 'member') AS role,
  suspended_at,
  CASE WHEN paused_until > now() THEN paused_until END AS paused_until
FROM users
WHERE (role <> 'member' OR suspended_at IS NOT NULL OR paused_until IS NOT NULL)
  AND (role <> 'member' OR suspended_at IS NOT NULL OR paused_until > now())
ORDER BY number DESC
LIMIT %(limit)s
