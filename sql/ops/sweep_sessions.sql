-- ops/sweep_sessions: deletes a batch of sessions that have expired or were unused for too long.
-- params:  idle_seconds int, limit int
-- returns: rows
WITH batch AS MATERIALIZED (
  SELECT token_hash
  FROM sessions
  WHERE expires_at <= now() OR seen_at <= now() - make_interval(secs => %(idle_seconds)s)
  ORDER BY expires_at
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
DELETE FROM sessions
USING batch
WHERE sessions.token_hash = batch.token_hash
