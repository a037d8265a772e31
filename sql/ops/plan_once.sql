-- ops/plan_once: lets this connection keep a statement's plan, whatever values it is run with.
-- params:  none
-- returns: text
SELECT set_config('plan_cache_mode', 'force_generic_plan', false)
