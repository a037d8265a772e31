-- invitations/create: an invitation, by a person or by an operator's script, and its line of the audit.
-- params:  uuid uuid, code_hash bytea, called text, places int, seconds int, user_uuid uuid?
-- returns: rows
WITH noted AS (
  INSERT INTO audit (actor_uuid, on_server, act, why)
  VALUES (%(user_uuid)s, %(user_uuid)s IS NULL, 'invite', %(called)s)
)
INSERT INTO invitations (uuid, code_hash, name, places, expires_at, user_uuid)
VALUES (
  %(uuid)s,
  %(code_hash)s,
  %(called)s,
  %(places)s,
  now() + make_interval(secs => %(seconds)s),
  %(user_uuid)s
)
