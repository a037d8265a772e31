-- moderation/_reviewable: which reports this moderator judges: those that live, and none about themselves. Goes on with a condition.
FROM reports
WHERE reports.expires_at > now()
  AND reports.user_uuid <> %(viewer_uuid)s
