-- invitations/find: one that has not ended.
-- params:  uuid uuid
-- returns: Invitation
-- include invitations/_invitation
  AND invitations.uuid = %(uuid)s
