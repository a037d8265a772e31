-- roles_rds: on RDS the application and the function that creates accounts sign in with IAM tokens, and nothing else.
-- Run by the owner after schema.sql and after each migration; it gives the same result every time. A role with rds_iam
-- can no longer use a password, so roles.sql does not grant it.
--
-- Members of such a role cannot use a password either: pg_hba.conf checks only membership, however it was granted. From
-- PostgreSQL 16 on, the creator of a role becomes a member of it. RDS is known to exempt its owners, but this is not
-- promised. The grants themselves are read, since pg_has_role can be true without one.
DO $owner$
DECLARE
  ours text;
BEGIN
  WITH RECURSIVE held AS (
    SELECT oid FROM pg_roles WHERE rolname = session_user
    UNION
    SELECT membership.roleid FROM pg_auth_members AS membership JOIN held ON membership.member = held.oid
  )
  SELECT string_agg(rolname, ' and ' ORDER BY rolname) FILTER (WHERE rolname IN ('mayfly_app', 'mayfly_keeper', 'mayfly_sign_up'))
  INTO ours
  FROM pg_roles JOIN held USING (oid)
  HAVING NOT bool_or(rolname = 'rds_iam');
  IF ours IS NOT NULL THEN
    RAISE EXCEPTION '% is a member of %, so with rds_iam it could no longer use its password: nothing was'
      ' changed, and docs/aws.md explains what to do, under "The schema"', session_user, ours;
  END IF;
END
$owner$;
ALTER ROLE mayfly_app LOGIN;
ALTER ROLE mayfly_keeper LOGIN;
ALTER ROLE mayfly_sign_up LOGIN;
GRANT rds_iam TO mayfly_app, mayfly_keeper, mayfly_sign_up;
DO $rds$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mayfly_app, mayfly_sign_up', current_database());
END
$rds$;
-- Grants only what identities/find and identities/create read and insert. These grants are not in schema.sql, because
-- only AWS has the function, and dumps of other databases must not need its role. Grants of an earlier version are
-- revoked first.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mayfly_sign_up;
GRANT USAGE ON SCHEMA public TO mayfly_sign_up;
GRANT
  SELECT (uuid, handle, handle_wanted, email, identity_issuer, cognito_user_id, suspended_at),
  INSERT (display_name, handle, handle_wanted, email, identity_issuer, cognito_user_id)
  ON users TO mayfly_sign_up;
GRANT SELECT (handle, expires_at) ON former_handles TO mayfly_sign_up;
