-- ops/invitation_create: an invitation for one person, valid for seven days.
-- params:  code_hash bytea
-- returns: rows
INSERT INTO invitations (code_hash, expires_at)
VALUES (%(code_hash)s, now() + interval '7 days')
