-- ops/sweep_leaves: deletes a batch of expired activities without replies. Skips locked rows.
-- params:  key_seconds int, limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT gone.uuid
  FROM activities AS gone
  WHERE gone.expires_at <= now()
    AND NOT EXISTS (SELECT FROM activities AS reply WHERE reply.reply_to_activity_uuid = gone.uuid)
  ORDER BY gone.expires_at, gone.uuid
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
), ended AS (
  DELETE FROM activities
  USING batch
  WHERE activities.uuid = batch.uuid
  RETURNING activities.uuid
)
-- include activities/_end
SELECT uuid FROM ended
