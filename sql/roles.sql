-- roles: the roles that own nothing: the application, and on AWS the function that creates accounts. The function
-- has no rights and cannot sign in before roles_rds.sql ran. Loaded by the owner before schema.sql; may run again.
DO $roles$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mayfly_app') THEN
    CREATE ROLE mayfly_app;
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
