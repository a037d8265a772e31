-- feeds/thread: a live activity, all that it replies to, and the tree of replies below it, of which the first 200.
-- params:  viewer_uuid uuid?, uuid uuid, likes_public boolean
-- returns: Thread
-- LATERAL and sub-selects walk from node to node by index; plain joins were planned as scans of the whole table.
WITH RECURSIVE
-- include activities/_seen
, nodes AS NOT MATERIALIZED (
  -- include feeds/_nodes
), cards AS NOT MATERIALIZED (
  -- include activities/_card
)
-- include feeds/_above
-- include feeds/_below
SELECT
  row_to_json(activity) AS activity,
  (
    SELECT COALESCE(json_agg(
      -- include feeds/_item
      ORDER BY step DESC
    ), '[]')
    FROM (SELECT uuid, step, 0 AS depth FROM above WHERE step > 0) AS place
  ) AS ancestors,
  (
    SELECT COALESCE(json_agg(
      -- include feeds/_item
      ORDER BY position
    ), '[]')
    FROM (SELECT uuid, position, depth FROM below WHERE position BETWEEN 1 AND 200) AS place
  ) AS replies,
  EXISTS (SELECT FROM below WHERE position = 201) AS cut
FROM cards AS activity
WHERE activity.uuid = %(uuid)s
