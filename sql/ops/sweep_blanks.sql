-- ops/sweep_blanks: ends again what is bound to recently blanked activities: a like may arrive during a burn.
-- params:  key_seconds int, limit int
-- returns: bigint
WITH ended AS MATERIALIZED (
  SELECT uuid
  FROM activities
  WHERE user_uuid IS NULL
    AND expires_at > now() - interval '1 hour'
  ORDER BY expires_at DESC
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
-- include activities/_end
SELECT count(*) FROM ended
