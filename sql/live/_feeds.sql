-- live/_feeds: the feeds of `viewer` that `live`, of alive_activities, belongs to: "home everybody", "everybody" or "".
CASE
  WHEN EXISTS (
    SELECT
    FROM mutes
    WHERE mutes.user_uuid = viewer.uuid
      AND mutes.muted_uuid = live.user_uuid
      AND mutes.expires_at > now()
    OFFSET 0
  ) THEN ''
  WHEN NOT EXISTS (SELECT FROM follows WHERE follows.user_uuid = viewer.uuid OFFSET 0) THEN 'home everybody'
  WHEN EXISTS (
    SELECT FROM follows WHERE follows.user_uuid = viewer.uuid AND follows.followed_uuid = live.user_uuid
    OFFSET 0
  ) THEN 'home everybody'
  ELSE 'everybody'
END
