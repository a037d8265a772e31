-- moderation/forget_expired: deletes a person's own open reports that have expired, which else bar new ones until they are swept.
-- params:  viewer_uuid uuid
-- returns: rows
DELETE FROM reports
WHERE reporter_uuid = %(viewer_uuid)s
  AND settled_at IS NULL
  AND expires_at <= now()
