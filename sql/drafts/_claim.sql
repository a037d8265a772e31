-- drafts/_claim: gives the sign-in form's draft to the person, for seven days.
-- The browser's other drafts move to its new cookie.
UPDATE drafts
SET
  user_uuid = CASE WHEN drafts.uuid = %(draft_uuid)s THEN entitled.uuid END,
  signed_out_hash = CASE WHEN drafts.uuid = %(draft_uuid)s THEN NULL ELSE %(browser_hash)s END,
  expires_at = CASE
    WHEN drafts.uuid = %(draft_uuid)s THEN now() + make_interval(secs => 604800)
    ELSE drafts.expires_at
  END,
  saved_at = now()
FROM entitled
WHERE drafts.signed_out_hash = %(signed_out_hash)s
  AND drafts.expires_at > now()
