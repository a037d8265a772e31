-- drafts/own: a person's own draft of that kind, until it expires.
-- params:  user_uuid uuid, uuid uuid, kind text
-- returns: Draft
-- include drafts/_draft
  AND uuid = %(uuid)s
  AND kind = %(kind)s
