-- drafts/_draft: the fields of a draft that a form is filled with, where it has not expired. The template adds AND.
SELECT uuid, message, display_name, ttl, audience, reply_to_activity_uuid, key, version, saved_at
FROM drafts
WHERE user_uuid = %(user_uuid)s
  AND expires_at > now()
