-- users/_mentioned: `person`: who has `mention.handle`, or had it within 30 days.
CROSS JOIN LATERAL (
  SELECT uuid
  FROM users
  WHERE lower(handle) = mention.handle
    AND suspended_at IS NULL
  UNION ALL
  SELECT moved.uuid
  FROM former_handles AS former
  JOIN users AS moved ON moved.uuid = former.user_uuid AND moved.suspended_at IS NULL
  WHERE former.handle = mention.handle
    AND former.expires_at > now()
) AS person
