-- The look below what is gone has an end, as a thread has.
CREATE OR REPLACE VIEW live_activities AS
SELECT
  activity.uuid,
  activity.user_uuid,
  author.display_name,
  author.handle,
  activity.message,
  activity.reposts_count,
  activity.likes_count,
  activity.reply_to_activity_uuid,
  activity.expires_at,
  activity.created_at,
  activity.depth
FROM activities AS activity
LEFT JOIN users AS author ON author.uuid = activity.user_uuid
WHERE activity.expires_at > now()
  AND activity.user_uuid IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM users AS hidden WHERE hidden.uuid = activity.user_uuid AND hidden.suspended_at IS NOT NULL
  );

CREATE OR REPLACE VIEW thread_stubs AS
SELECT
  gone.uuid,
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
              reply.created_at
            FROM activities AS reply
            WHERE reply.reply_to_activity_uuid = below.uuid
            ORDER BY reply.created_at DESC, reply.uuid DESC
            LIMIT 200
          ) AS newest
          ORDER BY newest.created_at, newest.uuid
        ) AS ahead
        FROM below
      ) AS branch
      WHERE cardinality(branch.ahead) > 0
    )
    SELECT
    FROM (SELECT below.uuid FROM below LIMIT 201) AS near
    CROSS JOIN LATERAL (SELECT FROM live_activities AS live WHERE live.uuid = near.uuid OFFSET 0) AS alive
  );
