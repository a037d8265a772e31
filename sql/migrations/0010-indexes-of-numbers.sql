-- activity_keys: to find the key of an activity. The rest orders every list, in place of created_at.
CREATE INDEX activity_keys_activity_uuid ON activity_keys (activity_uuid);
CREATE UNIQUE INDEX users_number ON users (number);
CREATE UNIQUE INDEX activities_number ON activities (number);
CREATE INDEX activities_user_number ON activities (user_uuid, number DESC);
CREATE INDEX activities_replies_number ON activities (reply_to_activity_uuid, number)
  WHERE reply_to_activity_uuid IS NOT NULL;
