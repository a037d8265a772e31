-- users/lock: waits for what a person is writing, and lets nothing more of theirs begin; no row if they are gone.
-- params:  user_uuid uuid
-- returns: uuid
SELECT uuid
FROM users
WHERE uuid = %(user_uuid)s
FOR UPDATE
