-- ops/history_renew: after a restore: replicas of what the database was before are none of it any more.
-- params:  none
-- returns: rows
UPDATE withdrawals
SET history = gen_random_uuid()
