-- drafts/_posted: deletes the draft that was just posted: both have the same key.
DELETE FROM drafts
WHERE user_uuid = %(user_uuid)s AND key = %(key)s
