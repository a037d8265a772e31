-- invitations/_is_open: whether an invitation lets somebody in. One by a person stands while they are a moderator.
invitations.expires_at > now()
AND invitations.used < invitations.places
AND (
  invitations.user_uuid IS NULL
  OR EXISTS (
    SELECT
    FROM users
    WHERE users.uuid = invitations.user_uuid
      AND users.role <> 'member'
      AND users.suspended_at IS NULL
  )
)
