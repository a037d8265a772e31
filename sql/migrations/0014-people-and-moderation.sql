-- Who may see an activity, and the circle of those that are for followers.
ALTER TABLE activities
  ADD COLUMN audience text NOT NULL DEFAULT 'everyone'
    CONSTRAINT activities_audience_known CHECK (audience IN ('everyone', 'members', 'followers')),
  ADD COLUMN circle_user_uuid uuid,
  ADD COLUMN hidden_at timestamptz;
-- then
ALTER TABLE activities ADD CONSTRAINT activities_circle
  FOREIGN KEY (circle_user_uuid) REFERENCES users (uuid) ON DELETE SET NULL NOT VALID;
-- then
ALTER TABLE activities VALIDATE CONSTRAINT activities_circle;
-- then
ALTER TABLE activities ADD CONSTRAINT activities_circle_of_followers
  CHECK (circle_user_uuid IS NULL OR audience = 'followers') NOT VALID;
-- then
ALTER TABLE activities VALIDATE CONSTRAINT activities_circle_of_followers;
-- then
CREATE INDEX activities_circle_user_uuid ON activities (circle_user_uuid) WHERE circle_user_uuid IS NOT NULL;
-- then
CREATE INDEX activities_hidden ON activities (hidden_at) WHERE hidden_at IS NOT NULL;
-- then
-- Who may see a followers' activity besides the followers: those mentioned in the one on top.
CREATE TABLE addressees (
  activity_uuid uuid NOT NULL CONSTRAINT addressees_activity REFERENCES activities (uuid) ON DELETE CASCADE,
  user_uuid uuid NOT NULL CONSTRAINT addressees_user REFERENCES users (uuid) ON DELETE CASCADE,
  CONSTRAINT addressees_pkey PRIMARY KEY (activity_uuid, user_uuid)
);
CREATE INDEX addressees_user_uuid ON addressees (user_uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON addressees TO mayfly_app;
-- then
ALTER TABLE users
  ADD COLUMN role text NOT NULL DEFAULT 'member'
    CONSTRAINT users_role_known CHECK (role IN ('member', 'moderator', 'operator')),
  ADD COLUMN paused_until timestamptz,
  ADD COLUMN usual_ttl text CONSTRAINT users_usual_ttl_known CHECK (
    usual_ttl IN ('30-days', '7-days', '3-days', '1-day', '12-hours', '3-hours', '1-hour')
  ),
  ADD COLUMN usual_audience text
    CONSTRAINT users_usual_audience_known CHECK (usual_audience IN ('everyone', 'members', 'followers')),
  ADD COLUMN time_zone text CONSTRAINT users_time_zone_length CHECK (char_length(time_zone) BETWEEN 1 AND 60),
  ADD COLUMN theme text CONSTRAINT users_theme_known CHECK (theme IN ('light', 'dark'));
-- then
CREATE INDEX users_keepers ON users (created_at) WHERE role <> 'member';
-- then
CREATE INDEX users_moderated ON users (number DESC)
  WHERE role <> 'member' OR suspended_at IS NOT NULL OR paused_until IS NOT NULL;
-- then
CREATE INDEX users_handle_prefix ON users (lower(handle) COLLATE "C");
-- then
CREATE INDEX users_name_prefix ON users (lower(display_name) COLLATE "C");
-- then
CREATE INDEX sessions_seen_at ON sessions (seen_at);
-- then
CREATE TABLE follows (
  user_uuid uuid NOT NULL CONSTRAINT follows_user REFERENCES users (uuid) ON DELETE CASCADE,
  followed_uuid uuid NOT NULL CONSTRAINT follows_followed REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT follows_number UNIQUE,
  CONSTRAINT follows_pkey PRIMARY KEY (user_uuid, followed_uuid),
  CONSTRAINT follows_not_oneself CHECK (user_uuid <> followed_uuid)
);
CREATE INDEX follows_user_number ON follows (user_uuid, number DESC);
CREATE INDEX follows_followed_number ON follows (followed_uuid, number DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON follows TO mayfly_app;
-- then
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
GRANT SELECT, INSERT, UPDATE, DELETE ON mutes TO mayfly_app;
-- then
CREATE TABLE blocks (
  user_uuid uuid NOT NULL CONSTRAINT blocks_user REFERENCES users (uuid) ON DELETE CASCADE,
  blocked_uuid uuid NOT NULL CONSTRAINT blocks_blocked REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT blocks_number UNIQUE,
  CONSTRAINT blocks_pkey PRIMARY KEY (user_uuid, blocked_uuid),
  CONSTRAINT blocks_not_oneself CHECK (user_uuid <> blocked_uuid)
);
CREATE INDEX blocks_blocked_uuid ON blocks (blocked_uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON blocks TO mayfly_app;
-- then
-- A handle that was changed, or whose account was deleted (no user_uuid): taken for 30 days.
CREATE TABLE former_handles (
  handle text PRIMARY KEY CONSTRAINT former_handles_form CHECK (handle ~ '^[a-z0-9_]{2,30}$'),
  user_uuid uuid CONSTRAINT former_handles_user REFERENCES users (uuid) ON DELETE SET NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX former_handles_user_uuid ON former_handles (user_uuid);
CREATE INDEX former_handles_expires_at ON former_handles (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON former_handles TO mayfly_app;
-- then
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
-- then
CREATE TRIGGER users_handle_taken AFTER INSERT OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION keep_former_handles();
-- then
CREATE TRIGGER users_handle_changed AFTER UPDATE OF handle ON users
  FOR EACH ROW WHEN (OLD.handle <> NEW.handle) EXECUTE FUNCTION keep_former_handles();
-- then
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
GRANT SELECT, INSERT, UPDATE, DELETE ON reports TO mayfly_app;
-- then
-- The sealed copy of a reported activity, for moderators alone; it has a life of its own.
CREATE TABLE report_copies (
  report_uuid uuid PRIMARY KEY CONSTRAINT report_copies_report REFERENCES reports (uuid) ON DELETE CASCADE,
  message text NOT NULL CONSTRAINT report_copies_message_length CHECK (octet_length(message) <= 8192),
  written_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX report_copies_expires_at ON report_copies (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON report_copies TO mayfly_app;
-- then
-- What moderators and operators did: who, what, whom, why. No words of an activity.
CREATE TABLE audit (
  number bigint PRIMARY KEY DEFAULT next_number(),
  actor_uuid uuid CONSTRAINT audit_actor REFERENCES users (uuid) ON DELETE SET NULL,
  act text NOT NULL CONSTRAINT audit_act_length CHECK (char_length(act) BETWEEN 1 AND 40),
  user_uuid uuid CONSTRAINT audit_user REFERENCES users (uuid) ON DELETE SET NULL,
  activity_uuid uuid,
  why text NOT NULL DEFAULT '' CONSTRAINT audit_why_length CHECK (char_length(why) <= 500),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX audit_actor_uuid ON audit (actor_uuid);
CREATE INDEX audit_user_uuid ON audit (user_uuid);
CREATE INDEX audit_expires_at ON audit (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON audit TO mayfly_app;
-- then
-- An invitation can have a name, and let in more than one person.
ALTER TABLE invitations
  ADD COLUMN uuid uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT invitations_uuid UNIQUE,
  ADD COLUMN number bigint NOT NULL DEFAULT next_number() CONSTRAINT invitations_number UNIQUE,
  ADD COLUMN name text NOT NULL DEFAULT '' CONSTRAINT invitations_name_length CHECK (char_length(name) <= 80),
  ADD COLUMN places integer NOT NULL DEFAULT 1 CONSTRAINT invitations_places CHECK (places BETWEEN 1 AND 1000),
  ADD COLUMN used integer NOT NULL DEFAULT 0 CONSTRAINT invitations_used CHECK (used BETWEEN 0 AND places),
  ADD COLUMN user_uuid uuid;
-- then
ALTER TABLE invitations ADD CONSTRAINT invitations_user FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE SET NULL;
-- then
CREATE INDEX invitations_user_uuid ON invitations (user_uuid);
-- then
-- `viewer`: all that this person's open pages show is to be asked for again.
ALTER TABLE withdrawals
  DROP CONSTRAINT withdrawals_audience_known,
  ADD CONSTRAINT withdrawals_audience_known CHECK (audience IN ('everyone', 'members', 'followers', 'author', 'viewer')),
  ADD COLUMN circle_user_uuid uuid,
  ADD COLUMN addressee_uuids uuid[] NOT NULL DEFAULT '{}';
-- then
-- A draft keeps whom it is for.
ALTER TABLE drafts ADD COLUMN audience text CONSTRAINT drafts_audience_length CHECK (char_length(audience) BETWEEN 1 AND 20);
