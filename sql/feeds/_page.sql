-- feeds/_page: one page of a feed, newest first, by key. Stands behind a condition.
  AND (activity.created_at, activity.uuid) < (
    COALESCE(%(before_at)s, 'infinity'),
    COALESCE(%(before_uuid)s, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  )
ORDER BY activity.created_at DESC, activity.uuid DESC
LIMIT %(limit)s
