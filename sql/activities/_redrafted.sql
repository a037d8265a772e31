-- activities/_redrafted: the text of the activities in `leaving`, as a draft with a new key.
INSERT INTO drafts (user_uuid, kind, message, ttl, audience, reply_to_activity_uuid, key, expires_at)
SELECT
  user_uuid,
  'activity',
  message,
  %(ttl)s,
  audience,
  reply_to_activity_uuid,
  gen_random_uuid(),
  now() + make_interval(hours => 168)
FROM leaving
RETURNING uuid
