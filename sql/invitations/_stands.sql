-- invitations/_stands: whether an invitation lets somebody in. One by a person who was suspended since does not.
invitations.expires_at > now()
AND invitations.used < invitations.places
AND NOT EXISTS (SELECT FROM users WHERE users.uuid = invitations.user_uuid AND users.suspended_at IS NOT NULL)
