-- moderation/decided: what was decided about the viewer, newest first; never by whom.
-- params:  viewer_uuid uuid
-- returns: Decision[]
SELECT audit.act, audit.why, audit.created_at
-- include moderation/_decided
  AND audit.user_uuid = %(viewer_uuid)s
ORDER BY audit.number DESC
LIMIT 50
