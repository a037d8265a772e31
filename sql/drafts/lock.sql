-- drafts/lock: makes saving and posting under one key wait for each other until the transaction ends.
-- params:  user_uuid uuid, key uuid
-- returns: rows
-- A lock of its own statement: what comes after it sees what the other one committed.
SELECT pg_advisory_xact_lock(hashtextextended(concat(%(user_uuid)s, %(key)s), 0))
