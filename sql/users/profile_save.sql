-- users/profile_save: how a person is seen from now on; touches no row, and withdraws nothing, when that is how they are seen.
-- params:  user_uuid uuid, display_name text, bio text
-- returns: rows
WITH withdrawn AS (
  UPDATE users
  SET display_name = %(display_name)s, bio = %(bio)s
  WHERE uuid = %(user_uuid)s
    AND (display_name, bio) IS DISTINCT FROM (%(display_name)s, %(bio)s)
  RETURNING uuid
)
-- include ops/_withdrawn
SELECT uuid FROM withdrawn
