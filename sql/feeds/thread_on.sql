-- feeds/thread_on: the first reply of a long thread that its page has no room for; no row where it is a stub.
-- params:  viewer_uuid uuid?, uuid uuid
-- returns: Place
WITH RECURSIVE
-- include activities/_seen
, nodes AS NOT MATERIALIZED (
  -- include feeds/_nodes
)
-- include feeds/_below
SELECT handle, uuid
FROM seen
WHERE uuid = (SELECT uuid FROM below WHERE position = 201)
