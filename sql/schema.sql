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

-- The texts that people write stand in two halves, so that nothing of what is gone stays on the disk: each night the
-- living move into the half that is written to, and the other one is emptied (webapp/ops/forget.py).
CREATE TABLE written_half (
  half smallint NOT NULL CONSTRAINT written_half_known CHECK (half IN (0, 1)),
  emptied_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX written_half_once ON written_half ((true));
INSERT INTO written_half (half) VALUES (0);
CREATE FUNCTION half_to_write() RETURNS smallint LANGUAGE sql STABLE SECURITY DEFINER
RETURN COALESCE((SELECT half FROM written_half), 0);

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
  role text NOT NULL DEFAULT 'member'
    CONSTRAINT users_role_known CHECK (role IN ('member', 'moderator', 'operator')),
  paused_until timestamptz,
  usual_ttl text CONSTRAINT users_usual_ttl_known CHECK (
    usual_ttl IN ('30-days', '7-days', '3-days', '1-day', '12-hours', '3-hours', '1-hour')
  ),
  usual_audience text
    CONSTRAINT users_usual_audience_known CHECK (usual_audience IN ('everyone', 'members', 'followers')),
  time_zone text CONSTRAINT users_time_zone_length CHECK (char_length(time_zone) BETWEEN 1 AND 60),
  theme text CONSTRAINT users_theme_known CHECK (theme IN ('light', 'dark')),
  CONSTRAINT users_identity_whole CHECK ((identity_issuer IS NULL) = (cognito_user_id IS NULL)),
  CONSTRAINT users_identity_unique UNIQUE (identity_issuer, cognito_user_id)
);
CREATE UNIQUE INDEX users_handle_unique ON users (lower(handle));
CREATE UNIQUE INDEX users_email_unique ON users (lower(email));
CREATE INDEX users_keepers ON users (created_at) WHERE role <> 'member';
CREATE UNIQUE INDEX users_number ON users (number);
CREATE INDEX users_handle_prefix ON users (lower(handle) COLLATE "C");
CREATE INDEX users_name_prefix ON users (lower(display_name) COLLATE "C");
CREATE INDEX users_moderated ON users (number DESC)
  WHERE role <> 'member' OR suspended_at IS NOT NULL OR paused_until IS NOT NULL;
CREATE INDEX users_suspended ON users (uuid) WHERE suspended_at IS NOT NULL;

CREATE TABLE follows (
  user_uuid uuid NOT NULL CONSTRAINT follows_user REFERENCES users (uuid) ON DELETE CASCADE,
  followed_uuid uuid NOT NULL CONSTRAINT follows_followed REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT follows_number UNIQUE,
  CONSTRAINT follows_pkey PRIMARY KEY (user_uuid, followed_uuid),
  CONSTRAINT follows_not_oneself CHECK (user_uuid <> followed_uuid)
);
CREATE INDEX follows_user_number ON follows (user_uuid, number DESC);
CREATE INDEX follows_followed_number ON follows (followed_uuid, number DESC);

-- A mute without an end lasts until it is taken back.
CREATE TABLE mutes (
  user_uuid uuid NOT NULL CONSTRAINT mutes_user REFERENCES users (uuid) ON DELETE CASCADE,
  muted_uuid uuid NOT NULL CONSTRAINT mutes_muted REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT mutes_number UNIQUE,
  expires_at timestamptz NOT NULL DEFAULT 'infinity',
  CONSTRAINT mutes_pkey PRIMARY KEY (user_uuid, muted_uuid),
  CONSTRAINT mutes_not_oneself CHECK (user_uuid <> muted_uuid)
);
CREATE INDEX mutes_muted_uuid ON mutes (muted_uuid);
CREATE INDEX mutes_expires_at ON mutes (expires_at);

CREATE TABLE blocks (
  user_uuid uuid NOT NULL CONSTRAINT blocks_user REFERENCES users (uuid) ON DELETE CASCADE,
  blocked_uuid uuid NOT NULL CONSTRAINT blocks_blocked REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT blocks_number UNIQUE,
  CONSTRAINT blocks_pkey PRIMARY KEY (user_uuid, blocked_uuid),
  CONSTRAINT blocks_not_oneself CHECK (user_uuid <> blocked_uuid)
);
CREATE INDEX blocks_blocked_uuid ON blocks (blocked_uuid);

-- A handle that was changed, or whose account was deleted (no user_uuid): taken for 30 days.
CREATE TABLE former_handles (
  handle text PRIMARY KEY CONSTRAINT former_handles_form CHECK (handle ~ '^[a-z0-9_]{2,30}$'),
  user_uuid uuid CONSTRAINT former_handles_user REFERENCES users (uuid) ON DELETE SET NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX former_handles_user_uuid ON former_handles (user_uuid);
CREATE INDEX former_handles_expires_at ON former_handles (expires_at);

-- A handle that is given up stays taken for 30 days, but for whose it was. Run by every writer of people, as the owner;
-- after the row was written, so that it sees what another transaction gave up meanwhile.
CREATE FUNCTION keep_former_handles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    DELETE FROM former_handles
    WHERE handle = NEW.handle AND (user_uuid = NEW.uuid OR expires_at <= now());
    IF EXISTS (SELECT FROM former_handles WHERE handle = NEW.handle) THEN
      RAISE unique_violation USING CONSTRAINT = 'users_handle_unique', MESSAGE = 'a former handle';
    END IF;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO former_handles (handle, user_uuid, expires_at)
    VALUES (OLD.handle, CASE TG_OP WHEN 'UPDATE' THEN OLD.uuid END, now() + make_interval(secs => 2592000))
    ON CONFLICT (handle) DO UPDATE SET user_uuid = EXCLUDED.user_uuid, expires_at = EXCLUDED.expires_at;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER users_handle_taken AFTER INSERT OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION keep_former_handles();
CREATE TRIGGER users_handle_changed AFTER UPDATE OF handle ON users
  FOR EACH ROW WHEN (OLD.handle <> NEW.handle) EXECUTE FUNCTION keep_former_handles();

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
CREATE INDEX sessions_seen_at ON sessions (seen_at);

-- Lets in as many people as it has places. Only the SHA-256 of the code is stored.
CREATE TABLE invitations (
  code_hash bytea PRIMARY KEY CONSTRAINT invitations_code_hash_length CHECK (octet_length(code_hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  uuid uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT invitations_uuid UNIQUE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT invitations_number UNIQUE,
  name text NOT NULL DEFAULT '' CONSTRAINT invitations_name_length CHECK (char_length(name) <= 80),
  places integer NOT NULL DEFAULT 1 CONSTRAINT invitations_places CHECK (places BETWEEN 1 AND 1000),
  used integer NOT NULL DEFAULT 0 CONSTRAINT invitations_used CHECK (used BETWEEN 0 AND places),
  user_uuid uuid CONSTRAINT invitations_user REFERENCES users (uuid) ON DELETE SET NULL,
  CONSTRAINT invitations_order CHECK (expires_at > created_at)
);
CREATE INDEX invitations_expires_at ON invitations (expires_at);
CREATE INDEX invitations_user_uuid ON invitations (user_uuid);

-- A text that somebody began, exactly as typed. Sent while signed out, it belongs to the browser (the SHA-256 of its CSRF
-- seed) for an hour, until the person signs in from that form. It may outlive the activity it replies to: no foreign key.
CREATE TABLE drafts (
  uuid uuid NOT NULL DEFAULT gen_random_uuid(),
  half smallint NOT NULL DEFAULT half_to_write(),
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
  audience text CONSTRAINT drafts_audience_length CHECK (char_length(audience) BETWEEN 1 AND 20),
  CONSTRAINT drafts_pkey PRIMARY KEY (uuid, half),
  CONSTRAINT drafts_one_owner CHECK (num_nonnulls(user_uuid, signed_out_hash) = 1),
  CONSTRAINT drafts_order CHECK (expires_at > created_at)
) PARTITION BY LIST (half);
CREATE TABLE drafts_0 PARTITION OF drafts FOR VALUES IN (0);
CREATE TABLE drafts_1 PARTITION OF drafts FOR VALUES IN (1);
CREATE INDEX drafts_user_uuid ON drafts (user_uuid);
CREATE INDEX drafts_signed_out_hash ON drafts (signed_out_hash);
CREATE INDEX drafts_expires_at ON drafts (expires_at);

-- Activities --------------------------------------------------------------------------------------------------

-- An expired activity with live descendants is blanked (no author, no text) until the last of them is gone.
-- Its text stands in activity_texts: no word is ever in this table.
CREATE TABLE activities (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid CONSTRAINT activities_user REFERENCES users (uuid),
  reply_to_activity_uuid uuid CONSTRAINT activities_parent REFERENCES activities (uuid),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- How many activities are above it. The limit keeps the reading of a thread short.
  depth smallint NOT NULL DEFAULT 0 CONSTRAINT activities_depth CHECK (depth BETWEEN 0 AND 100),
  number bigint NOT NULL DEFAULT next_number(),
  -- Until then it can be undone, and its author alone sees it.
  visible_from timestamptz NOT NULL DEFAULT now(),
  audience text NOT NULL DEFAULT 'everyone'
    CONSTRAINT activities_audience_known CHECK (audience IN ('everyone', 'members', 'followers')),
  -- Whose followers see it: of the one on top of those for followers, which may be gone.
  circle_user_uuid uuid CONSTRAINT activities_circle REFERENCES users (uuid) ON DELETE SET NULL,
  hidden_at timestamptz,
  CONSTRAINT activities_circle_of_followers CHECK (circle_user_uuid IS NULL OR audience = 'followers'),
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
CREATE INDEX activities_circle_user_uuid ON activities (circle_user_uuid) WHERE circle_user_uuid IS NOT NULL;
CREATE INDEX activities_hidden ON activities (hidden_at) WHERE hidden_at IS NOT NULL;

CREATE TABLE activity_texts (
  activity_uuid uuid NOT NULL CONSTRAINT activity_texts_activity REFERENCES activities (uuid) ON DELETE CASCADE,
  half smallint NOT NULL DEFAULT half_to_write(),
  message text NOT NULL CONSTRAINT activity_texts_message_length CHECK (
    char_length(message) BETWEEN 1 AND 2800 AND octet_length(message) <= 8192
  ),
  CONSTRAINT activity_texts_pkey PRIMARY KEY (activity_uuid, half)
) PARTITION BY LIST (half);
CREATE TABLE activity_texts_0 PARTITION OF activity_texts FOR VALUES IN (0);
CREATE TABLE activity_texts_1 PARTITION OF activity_texts FOR VALUES IN (1);

-- Who may see a followers' activity besides the followers: those mentioned in the one on top.
CREATE TABLE addressees (
  activity_uuid uuid NOT NULL CONSTRAINT addressees_activity REFERENCES activities (uuid) ON DELETE CASCADE,
  user_uuid uuid NOT NULL CONSTRAINT addressees_user REFERENCES users (uuid) ON DELETE CASCADE,
  CONSTRAINT addressees_pkey PRIMARY KEY (activity_uuid, user_uuid)
);
CREATE INDEX addressees_user_uuid ON addressees (user_uuid);

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

-- Moderation -------------------------------------------------------------------------------------------------

-- An activity or a person that somebody reported. The number of what was reported outlives it: no foreign key.
CREATE TABLE reports (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT reports_number UNIQUE,
  reporter_uuid uuid CONSTRAINT reports_reporter REFERENCES users (uuid) ON DELETE SET NULL,
  user_uuid uuid CONSTRAINT reports_user REFERENCES users (uuid) ON DELETE SET NULL,
  activity_uuid uuid,
  kind text NOT NULL CONSTRAINT reports_kind_known CHECK (kind IN ('unkind', 'spam', 'danger', 'rules', 'other')),
  words text NOT NULL DEFAULT '' CONSTRAINT reports_words_length CHECK (char_length(words) <= 500),
  outcome text CONSTRAINT reports_outcome_known CHECK (
    outcome IN ('dismissed', 'hidden', 'burned', 'paused', 'suspended')
  ),
  settled_by_uuid uuid CONSTRAINT reports_settled_by REFERENCES users (uuid) ON DELETE SET NULL,
  settled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT reports_settled_whole CHECK ((outcome IS NULL) = (settled_at IS NULL)),
  CONSTRAINT reports_order CHECK (expires_at > created_at)
);
CREATE INDEX reports_reporter_number ON reports (reporter_uuid, number DESC);
CREATE INDEX reports_user_uuid ON reports (user_uuid);
CREATE INDEX reports_settled_by_uuid ON reports (settled_by_uuid);
CREATE INDEX reports_expires_at ON reports (expires_at);
CREATE INDEX reports_settled_at ON reports (settled_at DESC) WHERE settled_at IS NOT NULL;
CREATE INDEX reports_open ON reports (number) WHERE settled_at IS NULL;
-- One person has one open report of one thing.
CREATE UNIQUE INDEX reports_once ON reports (reporter_uuid, user_uuid, activity_uuid) NULLS NOT DISTINCT
  WHERE settled_at IS NULL AND reporter_uuid IS NOT NULL AND user_uuid IS NOT NULL;

-- The sealed copy of a reported activity, for moderators alone; it has a life of its own.
CREATE TABLE report_copies (
  report_uuid uuid NOT NULL CONSTRAINT report_copies_report REFERENCES reports (uuid) ON DELETE CASCADE,
  half smallint NOT NULL DEFAULT half_to_write(),
  message text NOT NULL CONSTRAINT report_copies_message_length CHECK (octet_length(message) <= 8192),
  written_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT report_copies_pkey PRIMARY KEY (report_uuid, half)
) PARTITION BY LIST (half);
CREATE TABLE report_copies_0 PARTITION OF report_copies FOR VALUES IN (0);
CREATE TABLE report_copies_1 PARTITION OF report_copies FOR VALUES IN (1);
CREATE INDEX report_copies_expires_at ON report_copies (expires_at);

-- What moderators and operators did: who, what, whom, why. No words of an activity. `on_server`: by a script.
CREATE TABLE audit (
  number bigint PRIMARY KEY DEFAULT next_number(),
  actor_uuid uuid CONSTRAINT audit_actor REFERENCES users (uuid) ON DELETE SET NULL,
  act text NOT NULL CONSTRAINT audit_act_length CHECK (char_length(act) BETWEEN 1 AND 40),
  user_uuid uuid CONSTRAINT audit_user REFERENCES users (uuid) ON DELETE SET NULL,
  activity_uuid uuid,
  why text NOT NULL DEFAULT '' CONSTRAINT audit_why_length CHECK (char_length(why) <= 500),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL DEFAULT now() + make_interval(secs => 15552000),
  on_server boolean NOT NULL DEFAULT false
);
CREATE INDEX audit_actor_uuid ON audit (actor_uuid);
CREATE INDEX audit_user_uuid ON audit (user_uuid);
CREATE INDEX audit_expires_at ON audit (expires_at);

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
-- `viewer`: all that this person's open pages show is to be asked for again.
CREATE TABLE withdrawals (
  number bigint NOT NULL,
  user_uuid uuid NOT NULL,
  audience text NOT NULL CONSTRAINT withdrawals_audience_known CHECK (
    audience IN ('everyone', 'members', 'followers', 'author', 'viewer')
  ),
  expires_at timestamptz NOT NULL,
  withdrawn_at timestamptz NOT NULL DEFAULT now(),
  circle_user_uuid uuid,
  addressee_uuids uuid[] NOT NULL DEFAULT '{}',
  CONSTRAINT withdrawals_pkey PRIMARY KEY (withdrawn_at, number)
);

-- How far somebody has read their home feed. `number`: at their last visit; `newest`: in this one, seen at `seen_at`.
CREATE TABLE read_marks (
  user_uuid uuid PRIMARY KEY CONSTRAINT read_marks_user REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL,
  newest bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- No sample of a text among the planner's statistics, and none compressed, so that bin/forgets can look for it.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['', '_0', '_1'] LOOP
    EXECUTE format(
      'ALTER TABLE activity_texts%s ALTER COLUMN message SET STATISTICS 0, ALTER COLUMN message SET STORAGE EXTERNAL', name
    );
    EXECUTE format(
      'ALTER TABLE report_copies%s ALTER COLUMN message SET STATISTICS 0, ALTER COLUMN message SET STORAGE EXTERNAL', name
    );
    EXECUTE format(
      'ALTER TABLE drafts%s ALTER COLUMN message SET STATISTICS 0, ALTER COLUMN message SET STORAGE EXTERNAL,'
      ' ALTER COLUMN display_name SET STATISTICS 0, ALTER COLUMN display_name SET STORAGE EXTERNAL', name
    );
  END LOOP;
END
$$;

-- The application reads and writes rows, and can do nothing else.
GRANT USAGE ON SCHEMA public TO mayfly_app;
GRANT SELECT ON schema_migrations TO mayfly_app;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON users, follows, mutes, blocks, former_handles, passwords, sessions, invitations, activities, activity_texts, addressees,
    activity_keys, likes, drafts, reports, report_copies, audit, rate_limits, withdrawals, read_marks
  TO mayfly_app;

-- The keeper sweeps as the application does, and empties halves. It owns nothing.
GRANT SELECT ON written_half TO mayfly_app;
GRANT UPDATE ON written_half TO mayfly_keeper;
GRANT SELECT, UPDATE, TRUNCATE
  ON activity_texts, activity_texts_0, activity_texts_1, drafts, drafts_0, drafts_1,
    report_copies, report_copies_0, report_copies_1
  TO mayfly_keeper;
