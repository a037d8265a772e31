-- ops/ready: the newest migration of the database; also shows that the database responds.
-- params:  none
-- returns: text
SELECT COALESCE(max(name), '') FROM schema_migrations
