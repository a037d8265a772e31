-- ops/sweep_blanks: ends again what is bound to blanked activities: a like may have come in the moment of a burn.
-- params:  key_seconds int
-- returns: bigint
WITH ended AS (
  SELECT uuid FROM activities WHERE user_uuid IS NULL
)
-- include activities/_end
SELECT count(*) FROM ended
