-- feeds/home: the viewer's home feed, newest first: until there is following, the same as public.
-- params:  viewer_uuid uuid, before bigint?, limit int
-- returns: ActivityCard[]
-- include activities/_card
WHERE true
-- include feeds/_page
