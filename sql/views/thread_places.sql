-- thread_places: the other door: where each activity stands in its thread, dead or alive, and nothing else of it.
CREATE VIEW thread_places AS
SELECT
  activity.uuid,
  activity.number,
  activity.reply_to_activity_uuid,
  activity.created_at
FROM activities AS activity;

GRANT SELECT ON thread_places TO mayfly_app;
