-- moderation/_case: a case, of `cases`: the reports of one thing that are open, or that one act settled. moderation/_details goes on.
SELECT
  cases.uuid,
  cases.number::text AS number,
  cases.activity_uuid,
  cases.user_uuid,
  person.display_name,
  person.handle,
  NULLIF(person.role, 'member') AS role,
  person.created_at,
  person.suspended_at IS NOT NULL AS suspended,
  CASE WHEN person.paused_until > now() THEN person.paused_until END AS paused_until,
  cases.outcome,
  cases.settled_at,
  (SELECT users.handle FROM users WHERE users.uuid = cases.settled_by_uuid) AS settled_by,
  (
    SELECT CASE WHEN activities.hidden_at IS NULL THEN 'live' ELSE 'hidden' END
    FROM activities
    WHERE activities.uuid = cases.activity_uuid
      AND activities.user_uuid IS NOT NULL
      AND activities.expires_at > now()
  ) AS stands,
  EXISTS (SELECT FROM seen WHERE seen.uuid = cases.activity_uuid) AS seen,
