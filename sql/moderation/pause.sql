-- moderation/pause: lets a person only read from now on; a longer pause than this one stays. Null seconds end it.
-- params:  user_uuid uuid, seconds int?
-- returns: rows
UPDATE users
SET paused_until = CASE
  WHEN %(seconds)s IS NOT NULL THEN GREATEST(paused_until, now() + make_interval(secs => %(seconds)s))
END
WHERE uuid = %(user_uuid)s
