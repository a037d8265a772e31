-- moderation/settled: what was decided, newest decision first. Its number is made of the time of the decision.
-- params:  viewer_uuid uuid, before bigint?, limit int
-- returns: Case[]
WITH
-- include activities/_seen
, acts AS MATERIALIZED (
  SELECT DISTINCT reports.settled_at
  -- include moderation/_reviewable
    AND reports.settled_at < to_timestamp((COALESCE(%(before)s, 9223372036854775807) >> 16) / 1000.0 + 0.001)
  ORDER BY reports.settled_at DESC
  LIMIT %(limit)s + 1
), cases AS MATERIALIZED (
  SELECT
    reports.user_uuid,
    reports.activity_uuid,
    ((extract(epoch FROM reports.settled_at) * 1000)::bigint << 16) | (min(reports.number) & 65535) AS number,
    (array_agg(reports.uuid ORDER BY reports.number))[1] AS uuid,
    array_agg(reports.uuid) AS uuids,
    reports.outcome,
    reports.settled_at,
    reports.settled_by_uuid
  -- include moderation/_reviewable
    AND reports.settled_at IN (SELECT settled_at FROM acts)
  GROUP BY reports.user_uuid, reports.activity_uuid, reports.settled_at, reports.outcome, reports.settled_by_uuid
  HAVING ((extract(epoch FROM reports.settled_at) * 1000)::bigint << 16) | (min(reports.number) & 65535)
    < COALESCE(%(before)s, 9223372036854775807)
  ORDER BY 3 DESC
  LIMIT %(limit)s
)
-- include moderation/_case
-- include moderation/_details
ORDER BY cases.number DESC
