-- drafts/_count: how many activities the viewer has begun to write.
SELECT count(*)
FROM drafts
WHERE drafts.user_uuid = viewer.uuid
  AND drafts.kind = 'activity'
  AND drafts.expires_at > now()
