-- schema: every table, constraint and index of a new database. Loaded once by the owner, into an empty database, in one
-- transaction with sql/views/; only sql/migrations/ changes a database that holds data.
-- Constraint names are part of the contract: webapp/errors.py turns a violated one into a sentence.

CREATE TABLE schema_migrations (
  name text PRIMARY KEY CONSTRAINT schema_migrations_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  checksum text NOT NULL CONSTRAINT schema_migrations_checksum_length CHECK (char_length(checksum) = 64),
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- Orders the rows of every list: milliseconds of this clock, then 16 bits of a counter. It runs as its owner, so that
-- inserting a row needs no right on the counter.
CREATE SEQUENCE numbers;
CREATE FUNCTION next_number() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
RETURN ((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 16) | (nextval('numbers') & 65535);

-- People ------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  display_name text NOT NULL CONSTRAINT users_display_name_length CHECK (char_length(display_name) BETWEEN 1 AND 50),
  handle text NOT NULL CONSTRAINT users_handle_form CHECK (handle ~ '^[a-z0-9_]{2,30}$'),
  email text CONSTRAINT users_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
  bio text NOT NULL DEFAULT '' CONSTRAINT users_bio_length CHECK (char_length(bio) <= 300),
  identity_issuer text CONSTRAINT users_identity_issuer_length CHECK (char_length(identity_issuer) BETWEEN 1 AND 255),
  cognito_user_id text CONSTRAINT users_cognito_user_id_length CHECK (char_length(cognito_user_id) BETWEEN 1 AND 255),
  last_ttl text CONSTRAINT users_last_ttl_known CHECK (
    last_ttl IN ('30-days', '7-days', '3-days', '1-day', '12-hours', '3-hours', '1-hour')
  ),
  seeded boolean NOT NULL DEFAULT false,
  suspended_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- The handle that was wanted at sign-up but taken ('': none was wanted), until the person picks one.
  handle_wanted text CONSTRAINT users_handle_wanted_length CHECK (char_length(handle_wanted) <= 30),
  number bigint NOT NULL DEFAULT next_number(),
  CONSTRAINT users_identity_whole CHECK ((identity_issuer IS NULL) = (cognito_user_id IS NULL)),
  CONSTRAINT users_identity_unique UNIQUE (identity_issuer, cognito_user_id)
);
CREATE UNIQUE INDEX users_handle_unique ON users (lower(handle));
CREATE UNIQUE INDEX users_email_unique ON users (lower(email));
CREATE UNIQUE INDEX users_number ON users (number);
CREATE INDEX users_suspended ON users (uuid) WHERE suspended_at IS NOT NULL;

-- Separate from users, so that no read of a person can include a hash.
CREATE TABLE passwords (
  user_uuid uuid PRIMARY KEY CONSTRAINT passwords_user REFERENCES users (uuid) ON DELETE CASCADE,
  password_hash text NOT NULL CONSTRAINT passwords_password_hash_length CHECK (char_length(password_hash) BETWEEN 20 AND 255),
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- The cookie holds a random id; the row holds its SHA-256.
CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY CONSTRAINT sessions_token_hash_length CHECK (octet_length(token_hash) = 32),
  user_uuid uuid NOT NULL CONSTRAINT sessions_user REFERENCES users (uuid) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT sessions_order CHECK (seen_at >= created_at AND expires_at > created_at)
);
CREATE INDEX sessions_user_uuid ON sessions (user_uuid);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- One row is an invitation for one person. Only the SHA-256 of the code is stored.
CREATE TABLE invitations (
  code_hash bytea PRIMARY KEY CONSTRAINT invitations_code_hash_length CHECK (octet_length(code_hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT invitations_order CHECK (expires_at > created_at)
);
CREATE INDEX invitations_expires_at ON invitations (expires_at);

-- A text that somebody began, exactly as typed. Sent while signed out, it belongs to the browser (the SHA-256 of its CSRF
-- seed) for an hour, until the person signs in from that form. It may outlive the activity it replies to: no foreign key.
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
  -- Counts the saves: an older version overwrites nothing.
  version integer NOT NULL DEFAULT 1,
  saved_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT drafts_one_owner CHECK (num_nonnulls(user_uuid, signed_out_hash) = 1),
  CONSTRAINT drafts_order CHECK (expires_at > created_at)
);
CREATE INDEX drafts_user_uuid ON drafts (user_uuid);
CREATE INDEX drafts_signed_out_hash ON drafts (signed_out_hash);
CREATE INDEX drafts_expires_at ON drafts (expires_at);

-- Activities --------------------------------------------------------------------------------------------------

-- An expired activity with live descendants is blanked (no author, no text) until the last of them is gone.
CREATE TABLE activities (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid CONSTRAINT activities_user REFERENCES users (uuid),
  message text CONSTRAINT activities_message_length CHECK (
    char_length(message) BETWEEN 1 AND 2800 AND octet_length(message) <= 8192
  ),
  reply_to_activity_uuid uuid CONSTRAINT activities_parent REFERENCES activities (uuid),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- How many activities are above it. The limit keeps the reading of a thread short.
  depth smallint NOT NULL DEFAULT 0 CONSTRAINT activities_depth CHECK (depth BETWEEN 0 AND 100),
  number bigint NOT NULL DEFAULT next_number(),
  -- Until then it can be undone, and its author alone sees it.
  visible_from timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT activities_blank_whole CHECK ((user_uuid IS NULL) = (message IS NULL)),
  CONSTRAINT activities_not_own_parent CHECK (reply_to_activity_uuid <> uuid),
  CONSTRAINT activities_life_span CHECK (
    expires_at >= created_at AND expires_at <= created_at + interval '720 hours'
  )
);
CREATE UNIQUE INDEX activities_number ON activities (number);
CREATE INDEX activities_user_number ON activities (user_uuid, number DESC);
CREATE INDEX activities_replies_number ON activities (reply_to_activity_uuid, number)
  WHERE reply_to_activity_uuid IS NOT NULL;
CREATE INDEX activities_ending ON activities (expires_at, uuid);

-- Makes retrying a create harmless. A key outlives its activity by a day and holds no text: no foreign key.
CREATE TABLE activity_keys (
  user_uuid uuid NOT NULL CONSTRAINT activity_keys_user REFERENCES users (uuid) ON DELETE CASCADE,
  key uuid NOT NULL,
  activity_uuid uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT activity_keys_pkey PRIMARY KEY (user_uuid, key)
);
CREATE INDEX activity_keys_activity_uuid ON activity_keys (activity_uuid);
CREATE INDEX activity_keys_expires_at ON activity_keys (expires_at);

-- Reactions: one row each, gone with its activity and with its person. ------------------------------------------

CREATE TABLE likes (
  activity_uuid uuid NOT NULL CONSTRAINT likes_activity REFERENCES activities (uuid) ON DELETE CASCADE,
  user_uuid uuid NOT NULL CONSTRAINT likes_user REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT likes_number UNIQUE,
  CONSTRAINT likes_pkey PRIMARY KEY (activity_uuid, user_uuid)
);
CREATE INDEX likes_user_number ON likes (user_uuid, number DESC);

-- Limits ------------------------------------------------------------------------------------------------------

-- How often somebody did something in the running window. `subject` is a digest of a person, a name or an address, with
-- a key that is not in the database: the rows identify nobody.
CREATE TABLE rate_limits (
  action text NOT NULL CONSTRAINT rate_limits_action_length CHECK (char_length(action) BETWEEN 1 AND 40),
  subject text NOT NULL CONSTRAINT rate_limits_subject_length CHECK (char_length(subject) BETWEEN 1 AND 100),
  hits integer NOT NULL DEFAULT 1 CONSTRAINT rate_limits_hits_positive CHECK (hits > 0),
  window_ends_at timestamptz NOT NULL,
  CONSTRAINT rate_limits_pkey PRIMARY KEY (action, subject)
);
CREATE INDEX rate_limits_window_ends_at ON rate_limits (window_ends_at);

-- What left pages before its time, or got another end: read for ten minutes by open pages. `author`: nobody else saw it.
CREATE TABLE withdrawals (
  number bigint NOT NULL,
  user_uuid uuid NOT NULL,
  audience text NOT NULL CONSTRAINT withdrawals_audience_known CHECK (audience IN ('everyone', 'author')),
  expires_at timestamptz NOT NULL,
  withdrawn_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT withdrawals_pkey PRIMARY KEY (withdrawn_at, number)
);

-- How far somebody has read their home feed. `number`: at their last visit; `newest`: in this one, seen at `seen_at`.
CREATE TABLE read_marks (
  user_uuid uuid PRIMARY KEY CONSTRAINT read_marks_user REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL,
  newest bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- The application reads and writes rows, and can do nothing else.
GRANT USAGE ON SCHEMA public TO mayfly_app;
GRANT SELECT ON schema_migrations TO mayfly_app;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON users, passwords, sessions, invitations, activities, activity_keys, likes, drafts, rate_limits, withdrawals, read_marks
  TO mayfly_app;
