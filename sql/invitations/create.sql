-- invitations/create: an invitation, by a person or by an operator's script.
-- params:  uuid uuid, code_hash bytea, called text, places int, seconds int, user_uuid uuid?
-- returns: rows
INSERT INTO invitations (uuid, code_hash, name, places, expires_at, user_uuid)
VALUES (
  %(uuid)s,
  %(code_hash)s,
  %(called)s,
  %(places)s,
  now() + make_interval(secs => %(seconds)s),
  %(user_uuid)s
)
