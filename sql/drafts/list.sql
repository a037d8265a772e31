-- drafts/list: all that a person has begun to write, the last first, and whom each replies to.
-- params:  user_uuid uuid, viewer_uuid uuid
-- returns: DraftLine[]
WITH
-- include activities/_seen
SELECT
  draft.uuid,
  draft.message,
  draft.reply_to_activity_uuid IS NOT NULL AS is_reply,
  parent.handle AS parent_handle,
  draft.expires_at
FROM drafts AS draft
LEFT JOIN seen AS parent ON parent.uuid = draft.reply_to_activity_uuid
WHERE draft.user_uuid = %(user_uuid)s
  AND draft.kind = 'activity'
  AND draft.expires_at > now()
ORDER BY draft.saved_at DESC
