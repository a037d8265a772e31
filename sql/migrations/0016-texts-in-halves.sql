-- needs a stop
-- Every text moves into a table of two halves, which a pass can empty (webapp/ops/forget.py). The program of before knows
-- nothing of it: this is the one change that cannot be made while it runs.
CREATE TABLE written_half (
  half smallint NOT NULL CONSTRAINT written_half_known CHECK (half IN (0, 1)),
  emptied_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX written_half_once ON written_half ((true));
INSERT INTO written_half (half) VALUES (0);
CREATE FUNCTION half_to_write() RETURNS smallint LANGUAGE sql STABLE SECURITY DEFINER
RETURN COALESCE((SELECT half FROM written_half), 0);
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
INSERT INTO activity_texts (activity_uuid, message) SELECT uuid, message FROM activities WHERE message IS NOT NULL;
CREATE TEMPORARY TABLE moving ON COMMIT DROP AS SELECT * FROM drafts;
DROP TABLE drafts;
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
INSERT INTO drafts (uuid, user_uuid, signed_out_hash, kind, message, display_name, ttl, reply_to_activity_uuid, key, created_at, expires_at, version, saved_at, audience)
SELECT uuid, user_uuid, signed_out_hash, kind, message, display_name, ttl, reply_to_activity_uuid, key, created_at, expires_at, version, saved_at, audience FROM moving;
CREATE TEMPORARY TABLE sealed ON COMMIT DROP AS SELECT * FROM report_copies;
DROP TABLE report_copies;
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
INSERT INTO report_copies (report_uuid, message, written_at, expires_at) SELECT report_uuid, message, written_at, expires_at FROM sealed;
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
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_texts, drafts, report_copies TO mayfly_app;
GRANT SELECT ON written_half TO mayfly_app;
GRANT UPDATE ON written_half TO mayfly_keeper;
GRANT SELECT, UPDATE, TRUNCATE
  ON activity_texts, activity_texts_0, activity_texts_1, drafts, drafts_0, drafts_1,
    report_copies, report_copies_0, report_copies_1
  TO mayfly_keeper;
-- then
-- after the views
-- A default that is not the same for every row writes the table once more, without the texts.
ALTER TABLE activities
  DROP CONSTRAINT activities_blank_whole,
  DROP COLUMN message,
  ADD COLUMN rewritten boolean DEFAULT random() < 2;
-- then
-- after the views
ALTER TABLE activities DROP COLUMN rewritten;
