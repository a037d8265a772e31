-- moderation/restore: ends a suspension; the person's live activities are shown again.
-- params:  user_uuid uuid
-- returns: rows
UPDATE users
SET suspended_at = NULL
WHERE uuid = %(user_uuid)s
