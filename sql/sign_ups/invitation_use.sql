-- sign_ups/invitation_use: uses an invitation up; touches no row when somebody was faster or its time has passed.
-- params:  code_hash bytea
-- returns: rows
DELETE FROM invitations
WHERE code_hash = %(code_hash)s AND expires_at > now()
