-- drafts/discard: deletes a person's own draft.
-- params:  user_uuid uuid, uuid uuid
-- returns: rows
DELETE FROM drafts
WHERE uuid = %(uuid)s
  AND user_uuid = %(user_uuid)s
