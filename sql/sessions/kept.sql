-- sessions/kept: the text that was typed in this browser while signed out, for its sign-in page.
-- params:  draft_uuid uuid, signed_out_hash bytea
-- returns: text?
SELECT concat_ws(E'\n', display_name, NULLIF(message, ''))
FROM drafts
WHERE uuid = %(draft_uuid)s
  AND signed_out_hash = %(signed_out_hash)s
  AND expires_at > now()
