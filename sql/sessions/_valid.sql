-- sessions/_valid: a session and its owner, valid by the database's clock. Goes on with a condition.
-- People of another or a former provider need a Mayfly password.
FROM sessions AS session
JOIN users AS viewer ON viewer.uuid = session.user_uuid
WHERE session.expires_at > now()
  AND session.seen_at > now() - make_interval(secs => %(idle_seconds)s)
  AND viewer.suspended_at IS NULL
  AND (
    viewer.identity_issuer IS NULL
    OR viewer.identity_issuer = %(issuer)s
    OR EXISTS (SELECT FROM passwords WHERE passwords.user_uuid = viewer.uuid)
  )
