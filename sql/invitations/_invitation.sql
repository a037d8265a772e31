-- invitations/_invitation: invitations that have not ended, as moderators see them. Goes on with a condition.
SELECT
  invitations.uuid,
  encode(invitations.code_hash, 'hex') AS code_hash,
  invitations.name,
  invitations.places,
  invitations.used,
  invitations.expires_at,
  host.display_name,
  host.handle
FROM invitations
LEFT JOIN users AS host ON host.uuid = invitations.user_uuid
WHERE invitations.expires_at > now()
