-- ops/plan_once: makes this connection reuse generic plans, whatever the values, and find rows by index.
-- params:  none
-- returns: text
-- A plan that was made while a half of the texts was empty would else read all of it once it is full.
SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false)
