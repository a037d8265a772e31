-- What somebody sent while signed out waits here for an hour, until they have signed in.
CREATE TABLE drafts (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid CONSTRAINT drafts_user REFERENCES users (uuid) ON DELETE CASCADE,
  signed_out_hash bytea CONSTRAINT drafts_signed_out_hash_length CHECK (octet_length(signed_out_hash) = 32),
  kind text NOT NULL CONSTRAINT drafts_kind_known CHECK (kind IN ('activity', 'profile')),
  message text NOT NULL CONSTRAINT drafts_message_length CHECK (octet_length(message) <= 65536),
  display_name text CONSTRAINT drafts_display_name_length CHECK (octet_length(display_name) <= 65536),
  ttl text CONSTRAINT drafts_ttl_length CHECK (char_length(ttl) BETWEEN 1 AND 20),
  reply_to_activity_uuid uuid,
  key uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
  CONSTRAINT drafts_one_owner CHECK (num_nonnulls(user_uuid, signed_out_hash) = 1),
  CONSTRAINT drafts_order CHECK (expires_at > created_at)
);
CREATE INDEX drafts_user_uuid ON drafts (user_uuid);
CREATE INDEX drafts_signed_out_hash ON drafts (signed_out_hash);
CREATE INDEX drafts_expires_at ON drafts (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO mayfly_app;
