-- activities/_blanked: `ended`: the activities in `leaving`, without author and text from now on.
, ended AS (
  UPDATE activities
  SET user_uuid = NULL, circle_user_uuid = NULL, expires_at = leaving.expires_at
  FROM leaving
  WHERE activities.uuid = leaving.uuid
  RETURNING activities.uuid
)
