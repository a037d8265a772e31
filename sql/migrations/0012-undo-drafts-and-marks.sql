-- Until visible_from an activity is seen by its author alone.
ALTER TABLE activities ADD COLUMN visible_from timestamptz NOT NULL DEFAULT now();
-- then
-- Drafts are saved as people type.
ALTER TABLE drafts
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN saved_at timestamptz NOT NULL DEFAULT now();
-- then
DROP TABLE withdrawals;
-- then
-- What left pages before its time, or got another end: read for ten minutes by open pages.
CREATE TABLE withdrawals (
  number bigint NOT NULL,
  user_uuid uuid NOT NULL,
  audience text NOT NULL CONSTRAINT withdrawals_audience_known CHECK (audience IN ('everyone', 'author')),
  expires_at timestamptz NOT NULL,
  withdrawn_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT withdrawals_pkey PRIMARY KEY (withdrawn_at, number)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON withdrawals TO mayfly_app;
-- then
-- How far somebody has read their home feed.
CREATE TABLE read_marks (
  user_uuid uuid PRIMARY KEY,
  number bigint NOT NULL,
  newest bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON read_marks TO mayfly_app;
-- then
ALTER TABLE read_marks ADD CONSTRAINT read_marks_user FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE CASCADE;
