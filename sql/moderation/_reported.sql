-- moderation/_reported: `reported`: a new report of `thing` (uuid: of the activity, or null; user_uuid), if the viewer has none that is open.
, reported AS (
  INSERT INTO reports (reporter_uuid, user_uuid, activity_uuid, kind, words, expires_at)
  SELECT
    %(viewer_uuid)s,
    thing.user_uuid,
    thing.uuid,
    %(kind)s,
    %(words)s,
    now() + make_interval(secs => %(report_seconds)s)
  FROM thing
  ON CONFLICT DO NOTHING
  RETURNING uuid
)
