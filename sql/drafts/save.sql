-- drafts/save: saves a composer's text for seven days; gives the new version.
-- params:  viewer_uuid uuid, user_uuid uuid, key uuid, version int?, message text, ttl text?, audience text?, reply_to_activity_uuid uuid?
-- returns: int
-- No row where the key was posted, or another version than that one stands there (no version: whichever stands there).
-- Keeps at most a hundred for a person. The key is locked (drafts/lock). A reply's audience outlives its parent.
WITH
-- include activities/_seen
, own AS MATERIALIZED (
  SELECT uuid, key, row_number() OVER (ORDER BY saved_at DESC, uuid) AS place
  FROM drafts
  WHERE user_uuid = %(user_uuid)s AND kind = 'activity'
), surplus AS (
  DELETE FROM drafts
  USING own
  WHERE drafts.uuid = own.uuid AND own.place > 99 AND own.key <> %(key)s
), written AS MATERIALIZED (
  SELECT
    (SELECT own.uuid FROM own WHERE own.key = %(key)s ORDER BY own.place LIMIT 1) AS uuid,
    -- include activities/_reach
  FROM (SELECT) AS draft
  LEFT JOIN seen AS parent ON parent.uuid = %(reply_to_activity_uuid)s
), saved AS (
  UPDATE drafts
  SET
    message = %(message)s,
    ttl = %(ttl)s,
    audience = COALESCE(written.audience, drafts.audience),
    reply_to_activity_uuid = %(reply_to_activity_uuid)s,
    version = drafts.version + 1,
    saved_at = now(),
    expires_at = now() + make_interval(secs => 604800)
  FROM written
  WHERE drafts.uuid = written.uuid
    AND (drafts.version = COALESCE(%(version)s, drafts.version) OR drafts.message = %(message)s OR drafts.expires_at <= now())
  RETURNING drafts.version
), begun AS (
  INSERT INTO drafts (user_uuid, kind, message, ttl, audience, reply_to_activity_uuid, key, expires_at)
  SELECT
    %(user_uuid)s,
    'activity',
    %(message)s,
    %(ttl)s,
    written.audience,
    %(reply_to_activity_uuid)s,
    %(key)s,
    now() + make_interval(secs => 604800)
  FROM written
  WHERE written.uuid IS NULL
    AND NOT EXISTS (SELECT FROM activity_keys WHERE user_uuid = %(user_uuid)s AND key = %(key)s)
  RETURNING version
)
SELECT version FROM saved UNION ALL SELECT version FROM begun
