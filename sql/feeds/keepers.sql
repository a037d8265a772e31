-- feeds/keepers: who keeps the community: operators and moderators, the longest here first.
-- params:  none
-- returns: Keeper[]
SELECT display_name, handle, role
FROM users
WHERE role <> 'member'
  AND suspended_at IS NULL
ORDER BY created_at
