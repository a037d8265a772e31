-- ops/plan_once: makes this connection reuse generic plans, whatever the values.
-- params:  none
-- returns: text
SELECT set_config('plan_cache_mode', 'force_generic_plan', false)
