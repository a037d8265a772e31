-- activities/claim_key: claims a writer's key for a new activity; no row if the key was used before.
-- params:  user_uuid uuid, key uuid, activity_uuid uuid, life_seconds int, version int?, message text, reply_to_activity_uuid uuid?
-- returns: uuid
WITH
-- include drafts/_posted
INSERT INTO activity_keys (user_uuid, key, activity_uuid, expires_at)
VALUES (
  %(user_uuid)s,
  %(key)s,
  %(activity_uuid)s,
  now() + make_interval(secs => %(life_seconds)s)
)
ON CONFLICT (user_uuid, key) DO NOTHING
RETURNING activity_uuid
