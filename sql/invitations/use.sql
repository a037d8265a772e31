-- invitations/use: takes one place; touches no row if none is left.
-- params:  code_hash bytea
-- returns: rows
UPDATE invitations
SET used = used + 1
WHERE code_hash = %(code_hash)s
  AND
  -- include invitations/_is_open
