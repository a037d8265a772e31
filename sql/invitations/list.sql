-- invitations/list: all that have not ended, newest first.
-- params:  limit int
-- returns: Invitation[]
-- include invitations/_invitation
ORDER BY invitations.number DESC
LIMIT %(limit)s
