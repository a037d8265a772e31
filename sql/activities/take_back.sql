-- activities/take_back: ends the author's own live activity; its text becomes a draft. `undoing`: only while nobody else sees it.
-- params:  user_uuid uuid, uuid uuid, ttl text, key_seconds int, undoing boolean
-- returns: uuid
WITH leaving AS MATERIALIZED (
  SELECT
    uuid,
    number,
    user_uuid,
    (SELECT texts.message FROM activity_texts AS texts WHERE texts.activity_uuid = activities.uuid) AS message,
    reply_to_activity_uuid,
    visible_from,
    audience,
    circle_user_uuid,
    GREATEST(now(), created_at) AS expires_at
  FROM activities
  WHERE uuid = %(uuid)s
    AND user_uuid = %(user_uuid)s
    AND expires_at > now()
    AND (visible_from > now() OR NOT %(undoing)s)
  FOR UPDATE
)
-- include activities/_blanked
-- include activities/_withdrawn
-- include activities/_end
-- include activities/_redrafted
