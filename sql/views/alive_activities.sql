-- alive_activities: the one door to what may be read: alive by the database's clock, not hidden, by an author in
-- good standing.
-- activities/_seen says which of them a viewer may see.
-- The LEFT JOIN (no row is ever without its author) is left out by the planner where only counting is wanted.
CREATE VIEW alive_activities AS
SELECT
  activity.uuid,
  activity.number,
  activity.user_uuid,
  author.display_name,
  author.handle,
  NULLIF(author.role, 'member') AS role,
  (SELECT texts.message FROM activity_texts AS texts WHERE texts.activity_uuid = activity.uuid) AS message,
  activity.reply_to_activity_uuid,
  activity.expires_at,
  activity.created_at,
  activity.depth,
  activity.visible_from,
  activity.audience,
  activity.circle_user_uuid
FROM activities AS activity
LEFT JOIN users AS author ON author.uuid = activity.user_uuid
WHERE activity.expires_at > now()
  AND activity.user_uuid IS NOT NULL
  AND activity.hidden_at IS NULL
  AND NOT EXISTS (
    SELECT FROM users AS hidden WHERE hidden.uuid = activity.user_uuid AND hidden.suspended_at IS NOT NULL
  );

GRANT SELECT ON alive_activities TO mayfly_app;
