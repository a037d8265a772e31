-- roles_rds: on RDS the application's role signs in by an IAM token, and with nothing else. Run once, by the owner, after
-- schema.sql; may run again. Who has rds_iam has no use of a password any more, so roles.sql does not do it by itself.
ALTER ROLE mayfly_app LOGIN;
GRANT rds_iam TO mayfly_app;
DO $rds$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mayfly_app', current_database());
END
$rds$;
