-- feeds/home: what the viewer comes home to, newest first: for now the whole community.
-- params:  viewer_uuid uuid, before bigint?, limit int
-- returns: ActivityCard[]
-- include activities/_card
WHERE true
-- include feeds/_page
