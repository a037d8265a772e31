-- feeds/mark: how far somebody had read their home feed when this visit began, and the newest that they have seen.
-- params:  viewer_uuid uuid
-- returns: Mark
SELECT
  CASE WHEN seen_at < now() - interval '30 minutes' THEN newest ELSE number END::text AS number,
  newest::text
FROM read_marks
WHERE user_uuid = %(viewer_uuid)s
