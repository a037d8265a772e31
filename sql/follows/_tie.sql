-- follows/_tie: of `other`: who it is, and what ties the viewer to them.
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
  ) AS blocked
