-- drafts/_posted: a draft ends with the post that it becomes, which has its key.
DELETE FROM drafts
WHERE user_uuid = %(user_uuid)s AND key = %(key)s
