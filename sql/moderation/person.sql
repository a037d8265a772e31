-- moderation/person: an account as moderators see it, suspended or not.
-- params:  handle text
-- returns: Moderated
SELECT
  uuid,
  display_name,
  handle,
  NULLIF(role, 'member') AS role,
  suspended_at,
  CASE WHEN paused_until > now() THEN paused_until END AS paused_until
FROM users
WHERE lower(handle) = lower(%(handle)s)
