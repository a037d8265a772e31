-- moderation/reported: the viewer's own open report of a thing.
-- params:  viewer_uuid uuid, user_uuid uuid, activity_uuid uuid?
-- returns: Reported
SELECT reports.created_at, report_copies.expires_at AS copy_expires_at
FROM reports
LEFT JOIN report_copies ON report_copies.report_uuid = reports.uuid
WHERE reports.reporter_uuid = %(viewer_uuid)s
  AND reports.user_uuid = %(user_uuid)s
  AND reports.activity_uuid IS NOT DISTINCT FROM %(activity_uuid)s
  AND reports.settled_at IS NULL
  AND reports.expires_at > now()
