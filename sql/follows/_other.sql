-- follows/_other: `other`, somebody by their handle, and the viewer's `mute` of them; nobody who is suspended or blocked the viewer.
FROM users AS other
LEFT JOIN mutes AS mute
  ON mute.user_uuid = %(viewer_uuid)s
  AND mute.muted_uuid = other.uuid
  AND mute.expires_at > now()
WHERE lower(other.handle) = lower(%(handle)s)
  AND other.suspended_at IS NULL
  AND NOT EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = other.uuid AND blocks.blocked_uuid = %(viewer_uuid)s
  )
