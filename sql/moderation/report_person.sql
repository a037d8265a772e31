-- moderation/report_person: reports somebody else, unless this person has an open report of them; no row if nobody can see them.
-- params:  viewer_uuid uuid, user_uuid uuid, kind text, words text, report_seconds int
-- returns: boolean
WITH thing AS MATERIALIZED (
  SELECT NULL::uuid AS uuid, person.uuid AS user_uuid
  FROM users AS person
  WHERE person.uuid = %(user_uuid)s
    AND person.uuid <> %(viewer_uuid)s
    AND person.suspended_at IS NULL
)
-- include moderation/_reported
SELECT EXISTS (SELECT FROM reported) FROM thing
