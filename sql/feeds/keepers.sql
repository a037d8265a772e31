-- feeds/keepers: who keeps the community: operators, then moderators, the longest here first.
-- params:  limit int
-- returns: Keeper[]
SELECT display_name, handle, role
FROM users
WHERE role <> 'member'
  AND suspended_at IS NULL
ORDER BY role = 'operator' DESC, created_at
LIMIT %(limit)s
