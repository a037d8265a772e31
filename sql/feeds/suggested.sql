-- feeds/suggested: who wrote last, to somebody who follows nobody yet; no row for those who do.
-- params:  viewer_uuid uuid, most int
-- returns: Person[]
WITH
-- include activities/_seen
, listed AS (
  SELECT activity.user_uuid, activity.number, activity.created_at AS wrote_at
  FROM seen AS activity
  WHERE activity.user_uuid <> %(viewer_uuid)s
    AND NOT EXISTS (SELECT FROM follows WHERE follows.user_uuid = %(viewer_uuid)s)
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = activity.user_uuid AND seen.number > activity.number)
  -- include feeds/_unmuted
  ORDER BY activity.number DESC
  LIMIT %(most)s
)
-- include feeds/_line
