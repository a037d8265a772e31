-- feeds/home: the viewer's home feed, newest first; the same as public until following exists.
-- params:  viewer_uuid uuid, before bigint?, limit int
-- returns: ActivityCard[]
WITH
-- include activities/_seen
-- include activities/_card
WHERE true
-- include feeds/_page
