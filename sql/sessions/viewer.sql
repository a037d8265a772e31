-- sessions/viewer: the viewer, if the session is valid by the database's clock and its owner not suspended.
-- params:  token_hash bytea, idle_seconds int, issuer text?
-- returns: Viewer
-- People of another or a former provider need a Mayfly password.
SELECT
  viewer.uuid,
  viewer.display_name,
  viewer.handle,
  viewer.last_ttl,
  (
    -- include drafts/_count
  ) AS drafts_count,
  session.seen_at < now() - interval '10 minutes' AS stale
FROM sessions AS session
JOIN users AS viewer ON viewer.uuid = session.user_uuid
WHERE session.token_hash = %(token_hash)s
  AND session.expires_at > now()
  AND session.seen_at > now() - make_interval(secs => %(idle_seconds)s)
  AND viewer.suspended_at IS NULL
  AND (
    viewer.identity_issuer IS NULL
    OR viewer.identity_issuer = %(issuer)s
    OR EXISTS (SELECT FROM passwords WHERE passwords.user_uuid = viewer.uuid)
  )
