-- roles: the roles that own nothing: the application; the keeper, which frees the disk of what is gone; and on AWS the
-- function that creates accounts, which has no rights and cannot sign in before roles_rds.sql ran. Loaded by the owner
-- before schema.sql; may run again.
DO $roles$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mayfly_app') THEN
    CREATE ROLE mayfly_app;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mayfly_keeper') THEN
    CREATE ROLE mayfly_keeper;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mayfly_sign_up') THEN
    CREATE ROLE mayfly_sign_up;
  END IF;
END
$roles$;
ALTER ROLE mayfly_app SET timezone = 'UTC';
ALTER ROLE mayfly_app SET statement_timeout = '3s';
ALTER ROLE mayfly_app SET lock_timeout = '1s';
ALTER ROLE mayfly_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE mayfly_sign_up SET timezone = 'UTC';
ALTER ROLE mayfly_sign_up SET statement_timeout = '3s';
ALTER ROLE mayfly_sign_up SET lock_timeout = '1s';
ALTER ROLE mayfly_sign_up SET idle_in_transaction_session_timeout = '10s';
-- People and their tools leave connections open. So idle ones of the owner, and of roles that may act as the owner, end
-- by themselves. Run this file again when somebody joins.
DO $people$
DECLARE
  person name;
BEGIN
  FOR person IN
    SELECT member.rolname
    FROM pg_roles AS member
    WHERE member.rolcanlogin AND NOT member.rolsuper AND member.rolname <> 'mayfly_app'
      AND EXISTS (
        SELECT FROM pg_roles AS owner
        WHERE NOT owner.rolsuper AND pg_has_role(member.oid, owner.oid, 'MEMBER') AND (
          owner.rolname = 'mayfly_owner'
          OR owner.oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
        )
      )
  LOOP
    EXECUTE format('ALTER ROLE %I SET idle_session_timeout = %L', person, '15min');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', person, '5min');
  END LOOP;
END
$people$;
-- All statements are short: compiling one takes longer than running it (400 ms against 1 ms, PostgreSQL 15).
ALTER ROLE mayfly_app SET jit = off;
ALTER ROLE mayfly_sign_up SET jit = off;
-- The keeper does what the application does, and empties the halves of texts (webapp/ops/forget.py). It may write a
-- checkpoint where whoever runs this may let it.
ALTER ROLE mayfly_keeper SET timezone = 'UTC';
ALTER ROLE mayfly_keeper SET statement_timeout = '60s';
ALTER ROLE mayfly_keeper SET jit = off;
GRANT mayfly_app TO mayfly_keeper;
DO $keeper$
BEGIN
  GRANT pg_checkpoint TO mayfly_keeper;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'mayfly_keeper may not write checkpoints';
END
$keeper$;
