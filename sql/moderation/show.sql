-- moderation/show: shows a hidden activity again.
-- params:  activity_uuid uuid
-- returns: rows
UPDATE activities
SET hidden_at = NULL
WHERE uuid = %(activity_uuid)s
  AND hidden_at IS NOT NULL
