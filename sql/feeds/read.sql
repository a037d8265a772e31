-- feeds/read: notes the newest that somebody has seen on their home feed. After half an hour it begins a new visit.
-- params:  user_uuid uuid, newest bigint
-- returns: rows
INSERT INTO read_marks AS mark (user_uuid, number, newest)
VALUES (%(user_uuid)s, 0, %(newest)s)
ON CONFLICT (user_uuid) DO UPDATE
SET
  number = CASE WHEN mark.seen_at < now() - interval '30 minutes' THEN mark.newest ELSE mark.number END,
  newest = EXCLUDED.newest,
  seen_at = now()
WHERE mark.newest < EXCLUDED.newest
