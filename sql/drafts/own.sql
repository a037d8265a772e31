-- drafts/own: a person's own draft of that kind, until it expires.
-- params:  user_uuid uuid, uuid uuid, kind text
-- returns: Draft
SELECT message, display_name, ttl, reply_to_activity_uuid, key
FROM drafts
WHERE uuid = %(uuid)s
  AND user_uuid = %(user_uuid)s
  AND kind = %(kind)s
  AND expires_at > now()
