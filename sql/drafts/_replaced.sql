-- drafts/_replaced: deletes the person's draft that the claimed one continues: the same key, and no newer version.
DELETE FROM drafts
USING entitled, drafts AS begun
WHERE begun.uuid = %(draft_uuid)s
  AND begun.signed_out_hash = %(signed_out_hash)s
  AND begun.expires_at > now()
  AND drafts.user_uuid = entitled.uuid
  AND drafts.key = begun.key
  AND drafts.version < begun.version
