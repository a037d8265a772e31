-- feeds/_nodes: the places of threads: what is seen, and a stub for what is not while something below it is seen.
-- It looks down branch by branch, the newest replies first, as they end last, and gives up at the 200th place.
  SELECT uuid, number, reply_to_activity_uuid FROM seen
  UNION ALL
  SELECT gone.uuid, gone.number, gone.reply_to_activity_uuid
  FROM thread_places AS gone
  WHERE NOT EXISTS (SELECT FROM seen WHERE seen.uuid = gone.uuid)
    AND EXISTS (
      WITH RECURSIVE descent AS (
        SELECT gone.uuid, ARRAY[]::uuid[] AS ahead
        UNION ALL
        SELECT branch.ahead[cardinality(branch.ahead)], branch.ahead[:cardinality(branch.ahead) - 1]
        FROM (
          SELECT descent.ahead || ARRAY(
            SELECT newest.uuid
            FROM (
              SELECT reply.uuid, reply.number
              FROM thread_places AS reply
              WHERE reply.reply_to_activity_uuid = descent.uuid
              ORDER BY reply.number DESC
              LIMIT 200
            ) AS newest
            ORDER BY newest.number
          ) AS ahead
          FROM descent
        ) AS branch
        WHERE cardinality(branch.ahead) > 0
      )
      SELECT
      FROM (SELECT descent.uuid FROM descent LIMIT 201) AS near
      CROSS JOIN LATERAL (SELECT FROM seen WHERE seen.uuid = near.uuid OFFSET 0) AS alive
    )
