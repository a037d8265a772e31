-- feeds/profile: one person's live activities, newest first.
-- params:  viewer_uuid uuid?, user_uuid uuid, before bigint?, limit int, likes_public boolean
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE activity.user_uuid = %(user_uuid)s
-- include feeds/_page
