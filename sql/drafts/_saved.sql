-- drafts/_saved: deletes the person's profile drafts when the profile is saved.
DELETE FROM drafts
WHERE user_uuid = %(user_uuid)s AND kind = 'profile'
