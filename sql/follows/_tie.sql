-- follows/_tie: of `other`: who it is, what ties the viewer to them, and how many followers the viewer may find.
  other.uuid,
  other.display_name,
  other.handle,
  COALESCE(other.uuid = %(viewer_uuid)s, false) AS is_own,
  EXISTS (
    SELECT FROM follows WHERE follows.user_uuid = %(viewer_uuid)s AND follows.followed_uuid = other.uuid
  ) AS follows,
  mute.expires_at IS NOT NULL AS muted,
  NULLIF(mute.expires_at, 'infinity') AS muted_until,
  EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = %(viewer_uuid)s AND blocks.blocked_uuid = other.uuid
  ) AS blocked,
  (
    SELECT count(*)
    FROM (
      SELECT
      FROM follows
      JOIN users AS person ON person.uuid = follows.user_uuid
      WHERE follows.followed_uuid = other.uuid
      -- include follows/_visible_person
      LIMIT 1000
    ) AS met
  ) AS followers_count
