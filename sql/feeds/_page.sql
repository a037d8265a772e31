-- feeds/_page: one page of a feed, newest first, by number. Comes after a WHERE condition.
  AND activity.number < COALESCE(%(before)s, 9223372036854775807)
ORDER BY activity.number DESC
LIMIT %(limit)s
