-- roles_rds: on RDS the application's role signs in by an IAM token, and with nothing else. Run once, by the owner, after
-- schema.sql; may run again. Who has rds_iam has no use of a password any more, so roles.sql does not do it by itself.
--
-- Nor has a password whoever is a member of such a role, by whatever grant: for pg_hba.conf membership alone counts. From
-- PostgreSQL 16 on who creates a role becomes a member of it. RDS is known to spare its owners that, but promises nothing.
-- What is granted is read, since pg_has_role also says what a server would let pass.
DO $owner$
BEGIN
  IF (
    WITH RECURSIVE held AS (
      SELECT oid FROM pg_roles WHERE rolname = session_user
      UNION
      SELECT membership.roleid FROM pg_auth_members AS membership JOIN held ON membership.member = held.oid
    )
    SELECT bool_or(rolname = 'mayfly_app') AND NOT bool_or(rolname = 'rds_iam') FROM pg_roles JOIN held USING (oid)
  ) THEN
    RAISE EXCEPTION '% is a member of mayfly_app, so with rds_iam its password would let it in no more: nothing was'
      ' changed, and docs/aws.md tells the way out, under "The schema"', session_user;
  END IF;
END
$owner$;
ALTER ROLE mayfly_app LOGIN;
GRANT rds_iam TO mayfly_app;
DO $rds$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mayfly_app', current_database());
END
$rds$;
