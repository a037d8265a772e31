-- feeds/thread: a live activity, what it replies to up to 50 steps above, and a page of the replies to it.
-- params:  viewer_uuid uuid?, uuid uuid, after bigint?, limit int
-- returns: Thread
-- LATERAL and sub-selects walk from node to node by index; plain joins were planned as scans of the whole table.
WITH RECURSIVE
-- include activities/_seen
, nodes AS NOT MATERIALIZED (
  SELECT uuid, number, reply_to_activity_uuid, created_at, false AS is_stub FROM seen
  UNION ALL
  SELECT uuid, number, reply_to_activity_uuid, created_at, true AS is_stub FROM thread_stubs
), cards AS NOT MATERIALIZED (
  -- include activities/_card
)
-- include feeds/_above
-- include feeds/_replies
-- include feeds/_below
SELECT
  row_to_json(activity) AS activity,
  (
    SELECT COALESCE(
      json_agg(
        json_build_object('uuid', uuid, 'number', number::text, 'depth', 0, 'card', (
          SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = above.uuid
        ))
        ORDER BY step DESC
      ),
      '[]'
    )
    FROM above
    WHERE step > 0
  ) AS ancestors,
  (
    SELECT COALESCE(
      json_agg(
        json_build_object('uuid', uuid, 'number', number::text, 'depth', depth, 'card', (
          SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = reply.uuid
        ))
        ORDER BY path
      ),
      '[]'
    )
    FROM (SELECT uuid, number, depth, path FROM below LIMIT 200) AS reply
  ) AS replies,
  (
    (SELECT count(*) > 200 FROM (SELECT FROM below LIMIT 201) AS shown)
    OR EXISTS (SELECT FROM below WHERE is_stub AND depth = 50)
  ) AS cut,
  (
    SELECT number::text
    FROM replies
    WHERE position = %(limit)s AND EXISTS (SELECT FROM replies WHERE position > %(limit)s)
  ) AS next
FROM cards AS activity
WHERE activity.uuid = %(uuid)s
