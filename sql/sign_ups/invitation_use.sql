-- sign_ups/invitation_use: uses up an invitation; touches no row if it was used or has expired.
-- params:  code_hash bytea
-- returns: rows
DELETE FROM invitations
WHERE code_hash = %(code_hash)s AND expires_at > now()
