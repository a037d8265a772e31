-- moderation/queue: what waits for a decision, oldest first.
-- params:  viewer_uuid uuid, after bigint?, limit int
-- returns: Case[]
WITH
-- include activities/_seen
, cases AS MATERIALIZED (
  SELECT
    reports.user_uuid,
    reports.activity_uuid,
    min(reports.number) AS number,
    (array_agg(reports.uuid ORDER BY reports.number))[1] AS uuid,
    array_agg(reports.uuid) AS uuids,
    NULL AS outcome,
    NULL::timestamptz AS settled_at,
    NULL::uuid AS settled_by_uuid
  -- include moderation/_reviewable
    AND reports.settled_at IS NULL
  GROUP BY reports.user_uuid, reports.activity_uuid
  HAVING min(reports.number) > COALESCE(%(after)s, 0)
  ORDER BY min(reports.number)
  LIMIT %(limit)s
)
-- include moderation/_case
-- include moderation/_details
ORDER BY cases.number
