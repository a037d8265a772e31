-- ops/ready: the newest migration that the database has, when it answers.
-- params:  none
-- returns: text
SELECT COALESCE(max(name), '') FROM schema_migrations
