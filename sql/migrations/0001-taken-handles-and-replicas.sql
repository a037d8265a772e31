-- Handles that were taken at sign-up, to be told; and the counts by which a replica is known to be late.
ALTER TABLE users
  ADD COLUMN handle_wanted text CONSTRAINT users_handle_wanted_length CHECK (char_length(handle_wanted) <= 30),
  ADD COLUMN writes bigint NOT NULL DEFAULT 0;

CREATE TABLE withdrawals (
  one boolean PRIMARY KEY CONSTRAINT withdrawals_one CHECK (one),
  number bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON withdrawals TO mayfly_app;
