-- feeds/public: everything alive in the community, newest first.
-- params:  viewer_uuid uuid?, before bigint?, limit int
-- returns: ActivityCard[]
-- include activities/_card
WHERE true
-- include feeds/_page
