-- feeds/_below: `below`: the 200 first places below a thread's activity, and one more: depth first, oldest first.
, below AS (
  -- `ahead`: what comes next, and its depths. The walk needs no more of them than it may still show.
  SELECT %(uuid)s AS uuid, -1 AS depth, 0 AS position, ARRAY[]::uuid[] AS ahead, ARRAY[]::int[] AS depths
  UNION ALL
  SELECT branch.ahead[1], branch.depths[1], branch.position, branch.ahead[2:201], branch.depths[2:201]
  FROM (
    SELECT
      children.uuids || below.ahead AS ahead,
      array_fill(below.depth + 1, ARRAY[cardinality(children.uuids)]) || below.depths AS depths,
      below.position + 1 AS position
    FROM below
    CROSS JOIN LATERAL (
      SELECT ARRAY(
        SELECT uuid
        FROM nodes
        WHERE reply_to_activity_uuid = below.uuid
        ORDER BY number
        LIMIT 201
      ) AS uuids
      OFFSET 0
    ) AS children
    WHERE below.position <= 200
    OFFSET 0
  ) AS branch
  WHERE cardinality(branch.ahead) > 0
)
