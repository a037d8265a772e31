-- moderation/note: a line of the audit: who, what, whom, why. No actor: on the server.
-- params:  actor_uuid uuid?, act text, user_uuid uuid, activity_uuid uuid?, why text
-- returns: rows
INSERT INTO audit (actor_uuid, on_server, act, user_uuid, activity_uuid, why)
VALUES (%(actor_uuid)s, %(actor_uuid)s IS NULL, %(act)s, %(user_uuid)s, %(activity_uuid)s, %(why)s)
