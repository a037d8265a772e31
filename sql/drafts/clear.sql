-- drafts/clear: deletes the draft of a composer whose text was emptied, if that version stands there (no version: any).
-- params:  user_uuid uuid, key uuid, version int?
-- returns: rows
DELETE FROM drafts
WHERE user_uuid = %(user_uuid)s
  AND key = %(key)s
  AND version = COALESCE(%(version)s, version)
