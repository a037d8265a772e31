-- moderation/report_activity: reports what somebody else wrote and seals a copy, unless this person has an open report of it; no row for what they may not see.
-- params:  viewer_uuid uuid, activity_uuid uuid, kind text, words text, report_seconds int, copy_seconds int
-- returns: boolean
WITH
-- include activities/_seen
, thing AS MATERIALIZED (
  SELECT uuid, user_uuid, message, created_at
  FROM seen
  WHERE uuid = %(activity_uuid)s
    AND user_uuid <> %(viewer_uuid)s
)
-- include moderation/_reported
, sealed AS (
  INSERT INTO report_copies (report_uuid, message, written_at, expires_at)
  SELECT reported.uuid, thing.message, thing.created_at, now() + make_interval(secs => %(copy_seconds)s)
  FROM reported, thing
)
SELECT EXISTS (SELECT FROM reported) FROM thing
