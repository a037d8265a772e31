-- sign_ups/invitation_open: whether an invitation can still be used.
-- params:  code_hash bytea
-- returns: boolean
SELECT EXISTS (SELECT FROM invitations WHERE code_hash = %(code_hash)s AND expires_at > now())
