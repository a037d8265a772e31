-- users/wrote: counts an author's write, and keeps the time to live that they picked for their next composer.
-- params:  user_uuid uuid, ttl text
-- returns: rows
UPDATE users
SET last_ttl = %(ttl)s, writes = writes + 1
WHERE uuid = %(user_uuid)s
