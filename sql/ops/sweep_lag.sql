-- ops/sweep_lag: the seconds that the oldest expired text has waited for the sweep; 0 if there is none.
-- params:  none
-- returns: double precision
SELECT COALESCE(extract(epoch FROM now() - min(expires_at)), 0)::double precision
FROM activities
WHERE expires_at <= now()
  AND user_uuid IS NOT NULL
