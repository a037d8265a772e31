-- ops/sweep_mutes: deletes a batch of mutes whose time is over.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT user_uuid, muted_uuid
  FROM mutes
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM mutes
USING batch
WHERE mutes.user_uuid = batch.user_uuid AND mutes.muted_uuid = batch.muted_uuid
