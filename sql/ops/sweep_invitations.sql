-- ops/sweep_invitations: deletes a batch of expired invitations.
-- params:  limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT code_hash
  FROM invitations
  WHERE expires_at <= now()
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM invitations
USING batch
WHERE invitations.code_hash = batch.code_hash
