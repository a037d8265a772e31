-- follows/tie: what ties the viewer to somebody; no row for whom they may not find.
-- params:  viewer_uuid uuid, handle text
-- returns: Tie
WITH
-- include follows/_viewer
SELECT
-- include follows/_tie
-- include follows/_other
