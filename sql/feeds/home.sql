-- feeds/home: what the viewer and those whom they follow wrote, newest first; who follows nobody gets everybody's.
-- params:  viewer_uuid uuid, before bigint?, replies boolean, limit int, likes_public boolean
-- returns: ActivityCard[]
-- Two windows: of the newest 2,000 those by the followed; and only where they do not fill the page, below these the newest
-- of each of the followed whose newest are the newest.
WITH
-- include activities/_seen
, followed AS MATERIALIZED (
  SELECT followed_uuid AS user_uuid FROM follows WHERE follows.user_uuid = %(viewer_uuid)s
  UNION ALL
  SELECT %(viewer_uuid)s
), near AS MATERIALIZED (
  SELECT activity.number
  FROM (
    SELECT number, user_uuid, reply_to_activity_uuid
    FROM seen
    WHERE number < COALESCE(%(before)s, 9223372036854775807)
    ORDER BY number DESC
    LIMIT CASE WHEN (SELECT count(*) FROM followed) > 1 THEN 2000 END
  ) AS activity
  WHERE ((SELECT count(*) FROM followed) = 1 OR activity.user_uuid IN (SELECT user_uuid FROM followed))
    AND (%(replies)s OR activity.reply_to_activity_uuid IS NULL)
    -- include feeds/_unmuted
  ORDER BY activity.number DESC
  LIMIT %(limit)s
), far AS MATERIALIZED (
  -- include feeds/_far
)
-- include activities/_card
WHERE activity.number = ANY (ARRAY(
    SELECT number FROM near
    UNION ALL
    SELECT number FROM far
    ORDER BY number DESC
    LIMIT %(limit)s
  ))
ORDER BY activity.number DESC
