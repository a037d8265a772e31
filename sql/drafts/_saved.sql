-- drafts/_saved: drafts of a profile end when it is saved.
DELETE FROM drafts
WHERE user_uuid = %(user_uuid)s AND kind = 'profile'
