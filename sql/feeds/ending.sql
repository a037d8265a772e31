-- feeds/ending: everything alive, what ends first on top. The place after (`after`, `after_uuid`) needs no row.
-- params:  viewer_uuid uuid?, after timestamptz?, after_uuid uuid?, limit int, likes_public boolean
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE (activity.expires_at, activity.uuid) > (
    COALESCE(%(after)s, '-infinity'),
    COALESCE(%(after_uuid)s, '00000000-0000-0000-0000-000000000000')
  )
-- include feeds/_unmuted
ORDER BY activity.expires_at, activity.uuid
LIMIT %(limit)s
