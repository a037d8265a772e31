-- feeds/replies: one person's live replies, newest first.
-- params:  viewer_uuid uuid?, user_uuid uuid, before bigint?, limit int, likes_public boolean
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE activity.user_uuid = %(user_uuid)s
  AND activity.reply_to_activity_uuid IS NOT NULL
-- include feeds/_page
