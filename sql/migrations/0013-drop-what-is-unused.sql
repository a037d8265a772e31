DROP INDEX activities_newest;
-- then
DROP INDEX activities_user_newest;
-- then
DROP INDEX activities_replies;
-- then
ALTER TABLE users DROP COLUMN writes;
-- then
-- after the views
ALTER TABLE activities DROP COLUMN reposts_count, DROP COLUMN likes_count;
