-- schema: every table, constraint, index and view of a new database. Loaded once by the owner, into an empty
-- database, in one transaction; a database that holds data is changed by sql/migrations/ alone.
-- Constraint names are part of the contract: webapp/errors.py turns a violated one into a sentence.

CREATE TABLE schema_migrations (
  name text PRIMARY KEY CONSTRAINT schema_migrations_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  checksum text NOT NULL CONSTRAINT schema_migrations_checksum_length CHECK (char_length(checksum) = 64),
  applied_at timestamptz NOT NULL DEFAULT now()
);

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
  CONSTRAINT users_identity_whole CHECK ((identity_issuer IS NULL) = (cognito_user_id IS NULL)),
  CONSTRAINT users_identity_unique UNIQUE (identity_issuer, cognito_user_id)
);
CREATE UNIQUE INDEX users_handle_unique ON users (lower(handle));
CREATE UNIQUE INDEX users_email_unique ON users (lower(email));
CREATE INDEX users_suspended ON users (uuid) WHERE suspended_at IS NOT NULL;

-- Apart from users, so that no read of a person can carry a hash along.
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

-- One row is one way in, used once. Only the SHA-256 of the code is kept.
CREATE TABLE invitations (
  code_hash bytea PRIMARY KEY CONSTRAINT invitations_code_hash_length CHECK (octet_length(code_hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT invitations_order CHECK (expires_at > created_at)
);
CREATE INDEX invitations_expires_at ON invitations (expires_at);

-- Activities --------------------------------------------------------------------------------------------------

-- An expired activity with live descendants is blanked (no author, no text) until the last of them is gone.
CREATE TABLE activities (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid CONSTRAINT activities_user REFERENCES users (uuid),
  message text CONSTRAINT activities_message_length CHECK (
    char_length(message) BETWEEN 1 AND 2800 AND octet_length(message) <= 8192
  ),
  reposts_count integer NOT NULL DEFAULT 0 CONSTRAINT activities_reposts_count_positive CHECK (reposts_count >= 0),
  likes_count integer NOT NULL DEFAULT 0 CONSTRAINT activities_likes_count_positive CHECK (likes_count >= 0),
  reply_to_activity_uuid uuid CONSTRAINT activities_parent REFERENCES activities (uuid),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT activities_blank_whole CHECK ((user_uuid IS NULL) = (message IS NULL)),
  CONSTRAINT activities_not_own_parent CHECK (reply_to_activity_uuid <> uuid),
  CONSTRAINT activities_life_span CHECK (
    expires_at >= created_at AND expires_at <= created_at + interval '720 hours'
  )
);
CREATE INDEX activities_newest ON activities (created_at DESC, uuid DESC);
CREATE INDEX activities_user_newest ON activities (user_uuid, created_at DESC, uuid DESC);
CREATE INDEX activities_replies ON activities (reply_to_activity_uuid, created_at, uuid)
  WHERE reply_to_activity_uuid IS NOT NULL;
CREATE INDEX activities_ending ON activities (expires_at, uuid);

-- What makes a retry of a create harmless. Outlives its activity by a day and holds no text, hence no foreign key.
CREATE TABLE activity_keys (
  user_uuid uuid NOT NULL CONSTRAINT activity_keys_user REFERENCES users (uuid) ON DELETE CASCADE,
  key uuid NOT NULL,
  activity_uuid uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT activity_keys_pkey PRIMARY KEY (user_uuid, key)
);
CREATE INDEX activity_keys_expires_at ON activity_keys (expires_at);

-- The one door to what may be read: alive by the database's clock, by an author who is in good standing.
-- The LEFT JOIN (no row is ever without its author) is left out by the planner where only counting is wanted.
CREATE VIEW live_activities AS
SELECT
  activity.uuid,
  activity.user_uuid,
  author.display_name,
  author.handle,
  activity.message,
  activity.reposts_count,
  activity.likes_count,
  activity.reply_to_activity_uuid,
  activity.expires_at,
  activity.created_at
FROM activities AS activity
LEFT JOIN users AS author ON author.uuid = activity.user_uuid
WHERE activity.expires_at > now()
  AND activity.user_uuid IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM users AS hidden WHERE hidden.uuid = activity.user_uuid AND hidden.suspended_at IS NOT NULL
  );

-- The other door: what is gone while something below it still lives. A place in a thread, and nothing else.
CREATE VIEW thread_stubs AS
SELECT
  gone.uuid,
  gone.reply_to_activity_uuid,
  gone.created_at
FROM activities AS gone
WHERE NOT EXISTS (SELECT FROM live_activities AS live WHERE live.uuid = gone.uuid)
  AND EXISTS (
    WITH RECURSIVE descendants AS (
      SELECT reply.uuid
      FROM activities AS reply
      WHERE reply.reply_to_activity_uuid = gone.uuid
      UNION ALL
      SELECT reply.uuid
      FROM descendants
      JOIN activities AS reply ON reply.reply_to_activity_uuid = descendants.uuid
    )
    SELECT FROM descendants JOIN live_activities USING (uuid)
  );

-- Limits ------------------------------------------------------------------------------------------------------

-- How often somebody did something in the window that is running. `subject` is a user's uuid or a folded address.
CREATE TABLE rate_limits (
  action text NOT NULL CONSTRAINT rate_limits_action_length CHECK (char_length(action) BETWEEN 1 AND 40),
  subject text NOT NULL CONSTRAINT rate_limits_subject_length CHECK (char_length(subject) BETWEEN 1 AND 100),
  hits integer NOT NULL DEFAULT 1 CONSTRAINT rate_limits_hits_positive CHECK (hits > 0),
  window_ends_at timestamptz NOT NULL,
  CONSTRAINT rate_limits_pkey PRIMARY KEY (action, subject)
);
CREATE INDEX rate_limits_window_ends_at ON rate_limits (window_ends_at);

-- The application reads and writes rows, and can do nothing else.
GRANT USAGE ON SCHEMA public TO mayfly_app;
GRANT SELECT ON schema_migrations, live_activities, thread_stubs TO mayfly_app;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON users, passwords, sessions, invitations, activities, activity_keys, rate_limits TO mayfly_app;
