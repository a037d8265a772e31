-- Who liked what: counted when it is read, gone with its activity.
CREATE TABLE likes (
  activity_uuid uuid NOT NULL CONSTRAINT likes_activity REFERENCES activities (uuid) ON DELETE CASCADE,
  user_uuid uuid NOT NULL CONSTRAINT likes_user REFERENCES users (uuid) ON DELETE CASCADE,
  number bigint NOT NULL DEFAULT next_number() CONSTRAINT likes_number UNIQUE,
  CONSTRAINT likes_pkey PRIMARY KEY (activity_uuid, user_uuid)
);
CREATE INDEX likes_user_number ON likes (user_uuid, number DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON likes TO mayfly_app;
