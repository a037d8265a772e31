-- activities/_end: ends what is bound to the activities in `ended`. Every table that references them belongs here.
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
), ended_addressees AS (
  DELETE FROM addressees
  USING ended
  WHERE addressees.activity_uuid = ended.uuid
)
, ended_texts AS (
  DELETE FROM activity_texts
  USING ended
  WHERE activity_texts.activity_uuid = ended.uuid
)
