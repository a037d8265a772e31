-- data: a busy community for measuring. Loaded by the owner (or the superuser) into an empty database that has the
-- schema. Its size comes from the settings bench.users and bench.activities.
-- The same numbers give the same community, except that its times count from now().
SELECT setseed(0.42);

INSERT INTO users (uuid, display_name, handle, email, created_at)
SELECT
  md5('user' || n)::uuid,
  (ARRAY['Ada', 'Bede', 'Cora', 'Dov', 'Elin', 'Finn', 'Greta', 'Hal'])[1 + n % 8] || ' '
    || (ARRAY['Marsh', 'Quay', 'Lantern', 'Sands', 'Tideway', 'O''Reef'])[1 + n % 6],
  'user_' || n,
  'user_' || n || '@example.com',
  date_trunc('second', now()) - interval '300 days' * random()
FROM generate_series(1, current_setting('bench.users')::int) AS n;
UPDATE users SET number = ((extract(epoch FROM created_at) * 1000)::bigint << 16) | (number & 65535);

-- Numbered from the oldest. A reply is to one of the two hundred before it; some mention, some link.
WITH words AS (
  SELECT string_to_array(
    'the tide is out and boats lie on their sides in mud while gulls argue over who saw it first bring rope a lamp bread '
    'tonight we mend nets by the old crane soup after seven nobody need knock it rained all morning then light came',
    ' '
  ) AS list
), drawn AS (
  SELECT
    n,
    random() AS age_dice,
    random() AS reply_dice,
    random() AS ttl_dice,
    random() AS extra_dice,
    random() AS length_dice,
    (random() * 200)::int AS back
  FROM generate_series(1, current_setting('bench.activities')::int) AS n
), written AS (
  SELECT
    drawn.*,
    date_trunc('second', now() - interval '6 days' * (1 - n / current_setting('bench.activities')::float8)) AS created_at,
    CASE
      WHEN ttl_dice < 0.55 THEN interval '168 hours'
      WHEN ttl_dice < 0.85 THEN interval '720 hours'
      WHEN ttl_dice < 0.93 THEN interval '72 hours'
      WHEN ttl_dice < 0.97 THEN interval '24 hours'
      ELSE interval '3 hours'
    END AS ttl,
    (
      SELECT string_agg(words.list[1 + abs(hashint4(n * 61 + place)) % 41], ' ')
      FROM generate_series(1, 4 + (length_dice * 34)::int) AS place
    ) AS said
  FROM drawn, words
), placed AS (
  INSERT INTO activities (number, uuid, user_uuid, reply_to_activity_uuid, created_at, visible_from, expires_at)
  SELECT
    ((extract(epoch FROM created_at) * 1000)::bigint << 16) | (n & 65535),
    md5('activity' || n)::uuid,
    md5('user' || 1 + abs(hashint4(n)) % current_setting('bench.users')::int)::uuid,
    CASE WHEN reply_dice < 0.45 AND n > back + 1 THEN md5('activity' || n - 1 - back)::uuid END,
    created_at,
    created_at,
    created_at + ttl
  FROM written
  ORDER BY n
)
INSERT INTO activity_texts (activity_uuid, message)
SELECT
  md5('activity' || n)::uuid,
  upper(left(said, 1)) || substr(said, 2) || '.'
    || CASE WHEN extra_dice < 0.2 THEN ' @user_' || 1 + n % current_setting('bench.users')::int ELSE '' END
    || CASE WHEN extra_dice > 0.9 THEN ' https://harbour.example/log/' || n ELSE '' END
FROM written;
