-- activities/card: one live activity.
-- params:  viewer_uuid uuid?, uuid uuid
-- returns: ActivityCard
-- include activities/_card
WHERE activity.uuid = %(uuid)s
