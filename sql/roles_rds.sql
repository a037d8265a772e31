-- roles_rds: on RDS the application and the function that makes accounts sign in by IAM tokens, and by nothing else.
-- Run by the owner after schema.sql, and after each migration again; it leaves the same every time. Who has rds_iam has
-- no use of a password any more, so roles.sql does not do it by itself.
--
-- Nor has a password whoever is a member of such a role, by whatever grant: for pg_hba.conf membership alone counts.
-- From PostgreSQL 16 on who creates a role becomes a member of it. RDS is known to spare its owners that, but promises
-- nothing. What is granted is read, since pg_has_role also says what a server would let pass.
DO $owner$
DECLARE
  ours text;
BEGIN
  WITH RECURSIVE held AS (
    SELECT oid FROM pg_roles WHERE rolname = session_user
    UNION
    SELECT membership.roleid FROM pg_auth_members AS membership JOIN held ON membership.member = held.oid
  )
  SELECT string_agg(rolname, ' and ' ORDER BY rolname) FILTER (WHERE rolname IN ('mayfly_app', 'mayfly_sign_up'))
  INTO ours
  FROM pg_roles JOIN held USING (oid)
  HAVING NOT bool_or(rolname = 'rds_iam');
  IF ours IS NOT NULL THEN
    RAISE EXCEPTION '% is a member of %, so with rds_iam its password would let it in no more: nothing was'
      ' changed, and docs/aws.md tells the way out, under "The schema"', session_user, ours;
  END IF;
END
$owner$;
ALTER ROLE mayfly_app LOGIN;
ALTER ROLE mayfly_sign_up LOGIN;
GRANT rds_iam TO mayfly_app, mayfly_sign_up;
DO $rds$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mayfly_app, mayfly_sign_up', current_database());
END
$rds$;
-- What identities/find and identities/create read and write, and nothing else: no other column, no other table, no
-- change of what is there. It stands here and not in schema.sql, since only AWS has the function, and a dump of any
-- other database shall not ask for its role. What an earlier version gave is taken first.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mayfly_sign_up;
GRANT USAGE ON SCHEMA public TO mayfly_sign_up;
GRANT
  SELECT (uuid, handle, handle_wanted, email, identity_issuer, cognito_user_id, suspended_at),
  INSERT (display_name, handle, handle_wanted, email, identity_issuer, cognito_user_id)
  ON users TO mayfly_sign_up;
