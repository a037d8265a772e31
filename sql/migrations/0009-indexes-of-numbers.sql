-- Writers wait for one index at a time.
CREATE UNIQUE INDEX users_number ON users (number);
-- then
CREATE UNIQUE INDEX activities_number ON activities (number);
-- then
CREATE INDEX activities_user_number ON activities (user_uuid, number DESC);
-- then
CREATE INDEX activities_replies_number ON activities (reply_to_activity_uuid, number)
  WHERE reply_to_activity_uuid IS NOT NULL;
-- then
CREATE INDEX activity_keys_activity_uuid ON activity_keys (activity_uuid);
