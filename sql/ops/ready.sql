-- ops/ready: one when the database answers.
-- params:  none
-- returns: int
SELECT 1
