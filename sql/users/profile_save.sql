-- users/profile_save: saves a person's display name and bio.
-- params:  user_uuid uuid, display_name text, bio text
-- returns: rows
WITH saved AS (
  -- include drafts/_saved
)
UPDATE users
SET display_name = %(display_name)s, bio = %(bio)s
WHERE uuid = %(user_uuid)s
