-- moderation/_count: how many things wait for a moderator's decision, up to 100; never what is about this moderator.
SELECT count(*)
FROM (
  SELECT DISTINCT reports.user_uuid, reports.activity_uuid
  FROM reports
  WHERE reports.settled_at IS NULL
    AND reports.expires_at > now()
    AND reports.user_uuid <> viewer.uuid
  LIMIT 100
) AS things
