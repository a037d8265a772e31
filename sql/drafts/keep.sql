-- drafts/keep: keeps a signed-out browser's text for an hour.
-- params:  signed_out_hash bytea, kind text, message text, display_name text?, ttl text?, audience text?, reply_to_activity_uuid uuid?, key uuid?, version int
-- returns: uuid
INSERT INTO drafts (signed_out_hash, kind, message, display_name, ttl, audience, reply_to_activity_uuid, key, version)
VALUES (
  %(signed_out_hash)s,
  %(kind)s,
  %(message)s,
  %(display_name)s,
  %(ttl)s,
  %(audience)s,
  %(reply_to_activity_uuid)s,
  %(key)s,
  %(version)s
)
RETURNING uuid
