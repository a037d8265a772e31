-- drafts/newest: what a person wrote last in one place: home, or a reply to that activity.
-- params:  user_uuid uuid, reply_to_activity_uuid uuid?
-- returns: Draft
-- include drafts/_draft
  AND kind = 'activity'
  AND reply_to_activity_uuid IS NOT DISTINCT FROM %(reply_to_activity_uuid)s
ORDER BY saved_at DESC
LIMIT 1
