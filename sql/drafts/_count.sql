-- drafts/_count: the number of the viewer's drafts of activities.
SELECT count(*)
FROM drafts
WHERE drafts.user_uuid = viewer.uuid
  AND drafts.kind = 'activity'
  AND drafts.expires_at > now()
