-- moderation/case: the case of a report, open or settled.
-- params:  viewer_uuid uuid, report_uuid uuid
-- returns: Case
WITH
-- include activities/_seen
, asked AS MATERIALIZED (
  SELECT reports.user_uuid, reports.activity_uuid, reports.settled_at
  -- include moderation/_reviewable
    AND reports.uuid = %(report_uuid)s
), cases AS MATERIALIZED (
  SELECT
    reports.user_uuid,
    reports.activity_uuid,
    min(reports.number) AS number,
    (array_agg(reports.uuid ORDER BY reports.number))[1] AS uuid,
    array_agg(reports.uuid) AS uuids,
    reports.outcome,
    reports.settled_at,
    reports.settled_by_uuid
  FROM reports
  JOIN asked
    ON asked.user_uuid = reports.user_uuid
      AND asked.activity_uuid IS NOT DISTINCT FROM reports.activity_uuid
      AND asked.settled_at IS NOT DISTINCT FROM reports.settled_at
  GROUP BY reports.user_uuid, reports.activity_uuid, reports.settled_at, reports.outcome, reports.settled_by_uuid
)
-- include moderation/_case
-- include moderation/_details
