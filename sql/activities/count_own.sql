-- activities/count_own: the number of a person's live activities.
-- params:  user_uuid uuid
-- returns: bigint
SELECT count(*)
FROM live_activities
WHERE user_uuid = %(user_uuid)s
