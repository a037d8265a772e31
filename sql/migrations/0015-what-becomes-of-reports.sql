-- The reports of somebody go with their account; those of who left before go now.
DELETE FROM reports WHERE user_uuid IS NULL;
-- then
-- `on_server`: by a script, not by somebody who left. Until now nothing told them apart, and all read as a script's.
ALTER TABLE audit
  ADD COLUMN on_server boolean NOT NULL DEFAULT false,
  ALTER COLUMN expires_at SET DEFAULT now() + make_interval(secs => 15552000);
-- then
UPDATE audit SET on_server = true WHERE actor_uuid IS NULL;
