-- activities/_end: deletes what ends with the activities in `ended`: one line for each table that references them.
, ended_keys AS (
  -- A late retry must still find its key, so that it makes no new activity.
  UPDATE activity_keys
  SET expires_at = now() + make_interval(secs => %(key_seconds)s)
  FROM ended
  WHERE activity_keys.activity_uuid = ended.uuid
    AND activity_keys.expires_at > now() + make_interval(secs => %(key_seconds)s)
), ended_likes AS (
  DELETE FROM likes
  USING ended
  WHERE likes.activity_uuid = ended.uuid
)
