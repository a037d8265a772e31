-- invitations/open: an invitation that still lets somebody in, and who invites.
-- params:  code_hash bytea
-- returns: Invited
SELECT invitations.uuid, invitations.name, invitations.places, host.display_name, host.handle
FROM invitations
LEFT JOIN users AS host ON host.uuid = invitations.user_uuid
WHERE invitations.code_hash = %(code_hash)s
  AND
  -- include invitations/_is_open
