-- Who liked what: counted when it is read, gone with its activity and with its person.
CREATE TABLE likes (
  activity_uuid uuid NOT NULL,
  user_uuid uuid NOT NULL,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT likes_number UNIQUE,
  CONSTRAINT likes_pkey PRIMARY KEY (activity_uuid, user_uuid)
);
CREATE INDEX likes_user_number ON likes (user_uuid, number DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON likes TO mayfly_app;
-- then
ALTER TABLE likes ADD CONSTRAINT likes_activity FOREIGN KEY (activity_uuid) REFERENCES activities (uuid) ON DELETE CASCADE;
-- then
ALTER TABLE likes ADD CONSTRAINT likes_user FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE CASCADE;
