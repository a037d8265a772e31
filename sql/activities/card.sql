-- activities/card: one live activity.
-- params:  viewer_uuid uuid?, uuid uuid, likes_public boolean
-- returns: ActivityCard
WITH
-- include activities/_seen
-- include activities/_card
WHERE activity.uuid = %(uuid)s
