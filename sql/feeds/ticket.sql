-- feeds/ticket: what a replica must have seen before it may answer this viewer; asked of the primary.
-- params:  viewer_uuid uuid?
-- returns: Ticket
-- What somebody wrote a moment ago may be missing for others; older than that, nothing may. (What ends in a moment may
-- have ended when the replica reads.)
SELECT
  (SELECT history FROM withdrawals) AS history,
  now() AS asked_at,
  COALESCE((SELECT number FROM withdrawals), 0) AS withdrawals,
  COALESCE((SELECT writes FROM users WHERE uuid = %(viewer_uuid)s), 0) AS writes,
  (
    SELECT created_at
    FROM live_activities
    WHERE created_at < now() - interval '5 seconds' AND expires_at > now() + interval '5 seconds'
    ORDER BY created_at DESC
    LIMIT 1
  ) AS settled_at
