-- activities/_end: what ends with the activities that a statement took away (`ended`): a line for each table that names one.
, ended_keys AS (
  -- A late retry must find its key, and revive nothing.
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
