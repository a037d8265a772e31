-- ops/sessions_end_all: signs everybody out everywhere.
-- params:  none
-- returns: rows
DELETE FROM sessions
