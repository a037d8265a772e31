-- feeds/public: everything alive in the community, newest first.
-- params:  viewer_uuid uuid?, before bigint?, replies boolean, limit int, likes_public boolean
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE (%(replies)s OR activity.reply_to_activity_uuid IS NULL)
-- include feeds/_unmuted
-- include feeds/_page
