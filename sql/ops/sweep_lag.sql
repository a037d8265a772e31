-- ops/sweep_lag: for how many seconds the oldest expired text has been waiting for the sweep; 0 when none waits.
-- params:  none
-- returns: double precision
SELECT COALESCE(extract(epoch FROM now() - min(expires_at)), 0)::double precision
FROM activities
WHERE expires_at <= now()
  AND user_uuid IS NOT NULL
