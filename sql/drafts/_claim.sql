-- drafts/_claim: gives the sign-in form's draft to the person, for seven days.
-- The browser's other drafts move to its new cookie. Where a newer version stands under its key it gets another.
UPDATE drafts
SET
  user_uuid = CASE WHEN drafts.uuid = %(draft_uuid)s THEN entitled.uuid END,
  signed_out_hash = CASE WHEN drafts.uuid = %(draft_uuid)s THEN NULL ELSE %(browser_hash)s END,
  key = CASE
    WHEN drafts.uuid = %(draft_uuid)s AND EXISTS (
      SELECT
      FROM drafts AS newer
      WHERE newer.user_uuid = entitled.uuid AND newer.key = drafts.key AND newer.version >= drafts.version
    ) THEN gen_random_uuid()
    ELSE drafts.key
  END,
  expires_at = CASE
    WHEN drafts.uuid = %(draft_uuid)s THEN now() + make_interval(secs => 604800)
    ELSE drafts.expires_at
  END,
  saved_at = now()
FROM entitled
WHERE drafts.signed_out_hash = %(signed_out_hash)s
  AND drafts.expires_at > now()
