-- in batches
-- The number of a row that stands follows from the row alone: the milliseconds of its created_at, and in the 16 bits of
-- the counter the microseconds above them, 65 places for each, filled in the order of the uuids.
WITH posts AS (
  SELECT uuid, created_at FROM activities WHERE number IS NULL LIMIT 2000 FOR NO KEY UPDATE SKIP LOCKED
), people AS (
  SELECT uuid, created_at FROM users WHERE number IS NULL LIMIT 2000 FOR NO KEY UPDATE SKIP LOCKED
), places AS (
  SELECT uuid, created_at, row_number() OVER (PARTITION BY created_at ORDER BY uuid) - 1 AS place
  FROM activities
  WHERE created_at IN (SELECT created_at FROM posts)
  UNION ALL
  SELECT uuid, created_at, row_number() OVER (PARTITION BY created_at ORDER BY uuid) - 1
  FROM users
  WHERE created_at IN (SELECT created_at FROM people)
), numbered AS (
  SELECT uuid, (microseconds / 1000 << 16) + microseconds % 1000 * 65 + place AS number
  FROM places
  CROSS JOIN LATERAL (SELECT (extract(epoch FROM created_at) * 1000000)::bigint AS microseconds) AS moment
), posts_done AS (
  UPDATE activities SET number = numbered.number
  FROM numbered JOIN posts USING (uuid)
  WHERE activities.uuid = numbered.uuid
  RETURNING activities.uuid
), people_done AS (
  UPDATE users SET number = numbered.number
  FROM numbered JOIN people USING (uuid)
  WHERE users.uuid = numbered.uuid
  RETURNING users.uuid
)
SELECT (SELECT count(*) FROM posts_done) + (SELECT count(*) FROM people_done)
WHERE EXISTS (SELECT FROM activities WHERE number IS NULL) OR EXISTS (SELECT FROM users WHERE number IS NULL)
