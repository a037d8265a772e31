-- users/wrote: stores the lifespan that an author picked, for their next composer.
-- params:  user_uuid uuid, ttl text
-- returns: rows
UPDATE users
SET last_ttl = %(ttl)s
WHERE uuid = %(user_uuid)s
