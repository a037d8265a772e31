-- moderation/_details: the sealed copy of a case, its reports, and what else is known here of the person.
  (
    SELECT row_to_json(copy)
    FROM (
      SELECT report_copies.message, report_copies.written_at, report_copies.expires_at
      FROM report_copies
      WHERE report_copies.report_uuid = ANY (cases.uuids)
        AND report_copies.expires_at > now()
      ORDER BY report_copies.expires_at DESC
      LIMIT 1
    ) AS copy
  ) AS copy,
  (
    SELECT json_agg(report)
    FROM (
      SELECT
        reporter.display_name,
        reporter.handle,
        reports.kind,
        reports.words,
        reports.created_at
      FROM reports
      LEFT JOIN users AS reporter ON reporter.uuid = reports.reporter_uuid
      WHERE reports.uuid = ANY (cases.uuids)
      ORDER BY reports.number
      LIMIT 20
    ) AS report
  ) AS reports,
  (
    SELECT COALESCE(json_object_agg(outcomes.outcome, outcomes.count), '{}')
    FROM (
      SELECT COALESCE(reports.outcome, 'open') AS outcome, count(*) AS count
      FROM reports
      WHERE reports.user_uuid = cases.user_uuid
        AND reports.uuid <> ALL (cases.uuids)
        AND reports.expires_at > now()
      GROUP BY COALESCE(reports.outcome, 'open')
    ) AS outcomes
  ) AS before,
  (
    SELECT count(*)
    FROM audit
    WHERE audit.user_uuid = cases.user_uuid
      AND audit.act IN ('pause-1-day', 'pause-7-days')
      AND audit.expires_at > now()
  ) AS pauses,
  (
    SELECT count(*)
    FROM audit
    WHERE audit.user_uuid = cases.user_uuid
      AND audit.act = 'suspend'
      AND audit.expires_at > now()
  ) AS suspensions,
  now() AS read_at
FROM cases
CROSS JOIN LATERAL (
  SELECT display_name, handle, role, created_at, suspended_at, paused_until
  FROM users
  WHERE users.uuid = cases.user_uuid
  OFFSET 0
) AS person
