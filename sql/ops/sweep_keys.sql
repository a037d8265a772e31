-- ops/sweep_keys: deletes a batch of keys that are too old for a retry.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT user_uuid, key
  FROM activity_keys
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM activity_keys
USING batch
WHERE activity_keys.user_uuid = batch.user_uuid AND activity_keys.key = batch.key
