-- invitations/end: ends an invitation; nothing of it is kept but a line of the audit.
-- params:  uuid uuid, actor_uuid uuid
-- returns: rows
WITH ended AS (
  DELETE FROM invitations
  WHERE uuid = %(uuid)s
  RETURNING name
)
INSERT INTO audit (actor_uuid, act, why)
SELECT %(actor_uuid)s, 'end-invitation', ended.name
FROM ended
