-- feeds/public: everything alive in the community, newest first.
-- params:  viewer_uuid uuid?, before bigint?, limit int
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE true
-- include feeds/_page
