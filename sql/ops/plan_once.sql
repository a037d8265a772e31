-- ops/plan_once: makes this connection reuse generic plans, whatever the values, and find rows by index even where a table was empty when it planned.
-- params:  none
-- returns: text
SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false)
