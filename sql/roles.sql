-- roles: the application role, which owns nothing. Loaded by the owner before schema.sql; may run again.
DO $roles$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mayfly_app') THEN
    CREATE ROLE mayfly_app;
  END IF;
END
$roles$;
ALTER ROLE mayfly_app SET timezone = 'UTC';
ALTER ROLE mayfly_app SET statement_timeout = '3s';
ALTER ROLE mayfly_app SET lock_timeout = '1s';
ALTER ROLE mayfly_app SET idle_in_transaction_session_timeout = '10s';
-- Every statement here is short: compiling one takes longer than running it (400 ms against 1 ms, PostgreSQL 15).
ALTER ROLE mayfly_app SET jit = off;
