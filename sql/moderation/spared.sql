-- moderation/spared: whether an operator who can act is left without this person; locks the operators until the transaction ends.
-- params:  user_uuid uuid
-- returns: boolean
WITH operators AS MATERIALIZED (
  SELECT uuid, paused_until
  FROM users
  WHERE role = 'operator'
    AND suspended_at IS NULL
  ORDER BY uuid
  FOR NO KEY UPDATE
)
SELECT
  NOT COALESCE(bool_or(uuid = %(user_uuid)s), false)
  OR bool_or(uuid <> %(user_uuid)s AND COALESCE(paused_until <= now(), true))
FROM operators
