-- thread_stubs: the other door: what is gone while something below it still lives. A place in a thread (its number puts
-- it in order), and nothing else.
-- It looks down branch by branch, the newest replies first, as they end last. In a thread whose dead branches are swept
-- the first branch ends in something living. Where many lie unswept, or are by somebody suspended, it gives up at the
-- 200th place.
-- Read by the release before; feeds/_nodes has taken its place.
CREATE VIEW thread_stubs AS
SELECT
  gone.uuid,
  gone.number,
  gone.reply_to_activity_uuid,
  gone.created_at
FROM activities AS gone
WHERE NOT EXISTS (SELECT FROM live_activities AS live WHERE live.uuid = gone.uuid)
  AND EXISTS (
    WITH RECURSIVE below AS (
      SELECT
        gone.uuid,
        ARRAY[]::uuid[] AS ahead
      UNION ALL
      SELECT
        branch.ahead[cardinality(branch.ahead)],
        branch.ahead[:cardinality(branch.ahead) - 1]
      FROM (
        SELECT below.ahead || ARRAY(
          SELECT newest.uuid
          FROM (
            SELECT
              reply.uuid,
              reply.number
            FROM activities AS reply
            WHERE reply.reply_to_activity_uuid = below.uuid
            ORDER BY reply.number DESC
            LIMIT 200
          ) AS newest
          ORDER BY newest.number
        ) AS ahead
        FROM below
      ) AS branch
      WHERE cardinality(branch.ahead) > 0
    )
    SELECT
    FROM (SELECT below.uuid FROM below LIMIT 201) AS near
    CROSS JOIN LATERAL (
      SELECT FROM live_activities AS live WHERE live.uuid = near.uuid AND live.visible_from <= now() OFFSET 0
    ) AS alive
  );

GRANT SELECT ON thread_stubs TO mayfly_app;
