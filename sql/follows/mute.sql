-- follows/mute: mutes somebody for that long from now, or for good; again: with the new end.
-- params:  user_uuid uuid, other_uuid uuid, seconds int?
-- returns: rows
INSERT INTO mutes (user_uuid, muted_uuid, expires_at)
VALUES (%(user_uuid)s, %(other_uuid)s, COALESCE(now() + make_interval(secs => %(seconds)s), 'infinity'))
ON CONFLICT (user_uuid, muted_uuid) DO UPDATE
SET expires_at = EXCLUDED.expires_at
