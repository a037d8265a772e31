-- users/only_operator: whether this person is the community's only operator.
-- params:  user_uuid uuid
-- returns: boolean
SELECT array_agg(uuid) = ARRAY[%(user_uuid)s]
FROM users
WHERE role = 'operator'
  AND suspended_at IS NULL
