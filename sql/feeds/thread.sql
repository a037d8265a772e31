-- feeds/thread: a live activity, what it answers up to 50 steps above, and a page of what answers it.
-- params:  viewer_uuid uuid?, uuid uuid, after_at timestamptz?, after_uuid uuid?, limit int
-- returns: Thread
-- LATERAL and sub-selects walk from place to place by index; plain joins were planned as scans of the whole table.
WITH RECURSIVE places AS NOT MATERIALIZED (
  SELECT uuid, reply_to_activity_uuid, created_at, false AS is_stub FROM live_activities
  UNION ALL
  SELECT uuid, reply_to_activity_uuid, created_at, true AS is_stub FROM thread_stubs
), cards AS NOT MATERIALIZED (
  -- include activities/_card
)
-- include feeds/_above
-- include feeds/_answers
-- include feeds/_below
SELECT
  row_to_json(activity) AS activity,
  (
    SELECT COALESCE(
      json_agg(
        json_build_object('uuid', uuid, 'created_at', created_at, 'depth', depth, 'card', card) ORDER BY step DESC
      ),
      '[]'
    )
    FROM (
      SELECT uuid, created_at, step, 0 AS depth,
        (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = above.uuid) AS card
      FROM above
      WHERE step > 0
    ) AS ancestor
  ) AS ancestors,
  (
    SELECT COALESCE(
      json_agg(json_build_object('uuid', uuid, 'created_at', created_at, 'depth', depth, 'card', card) ORDER BY path),
      '[]'
    )
    FROM (
      SELECT uuid, created_at, depth, path,
        (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = below.uuid) AS card
      FROM below
      LIMIT 200
    ) AS reply
  ) AS replies,
  (
    (SELECT count(*) > 200 FROM (SELECT FROM below LIMIT 201) AS place)
    OR EXISTS (SELECT FROM below WHERE is_stub AND depth = 50)
  ) AS cut,
  (
    SELECT json_build_object('created_at', created_at, 'uuid', uuid)
    FROM answers
    WHERE number = %(limit)s AND EXISTS (SELECT FROM answers WHERE number > %(limit)s)
  ) AS next
FROM cards AS activity
WHERE activity.uuid = %(uuid)s
