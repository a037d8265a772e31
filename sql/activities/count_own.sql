-- activities/count_own: how many activities of a person are alive.
-- params:  user_uuid uuid
-- returns: bigint
SELECT count(*)
FROM live_activities
WHERE user_uuid = %(user_uuid)s
