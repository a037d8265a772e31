-- drafts/_posted: deletes the draft that is posted now, and a second one of its place with the same text.
-- A newer version than the one that is posted gets a key of its own (no version: none is newer).
own AS MATERIALIZED (
  SELECT
    uuid,
    key = %(key)s AS named,
    (key = %(key)s AND version <= COALESCE(%(version)s, version)) IS TRUE
    OR (
      btrim(message, E' \t\r\n') = %(message)s
      AND reply_to_activity_uuid IS NOT DISTINCT FROM %(reply_to_activity_uuid)s
    ) AS posted
  FROM drafts
  WHERE user_uuid = %(user_uuid)s AND kind = 'activity'
), posted AS (
  DELETE FROM drafts
  USING own
  WHERE drafts.uuid = own.uuid AND own.posted
), newer AS (
  UPDATE drafts
  SET key = gen_random_uuid(), version = 1
  FROM own
  WHERE drafts.uuid = own.uuid AND own.named AND NOT own.posted
)
