-- ops/sweep_parents: blanks a batch of expired activities that still have replies. Skips locked rows.
-- params:  key_seconds int, limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT gone.uuid
  FROM activities AS gone
  WHERE gone.expires_at <= now()
    AND gone.user_uuid IS NOT NULL
    AND EXISTS (SELECT FROM activities AS reply WHERE reply.reply_to_activity_uuid = gone.uuid)
  ORDER BY gone.expires_at, gone.uuid
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
), ended AS (
  UPDATE activities
  SET user_uuid = NULL, circle_user_uuid = NULL
  FROM batch
  WHERE activities.uuid = batch.uuid
  RETURNING activities.uuid
)
-- include activities/_end
SELECT uuid FROM ended
