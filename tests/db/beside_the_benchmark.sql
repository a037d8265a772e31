-- What stands beside the benchmark's community: a long thread, a deep one, and rows in every other table.
INSERT INTO activities (uuid, user_uuid, created_at, expires_at)
SELECT '10000000-0000-4000-8000-000000000000', uuid, now() - interval '1 day', now() + interval '5 days' FROM users WHERE handle = 'user_1';
INSERT INTO activities (user_uuid, reply_to_activity_uuid, created_at, expires_at)
SELECT md5('user' || 1 + n % current_setting('bench.users')::int)::uuid, '10000000-0000-4000-8000-000000000000', now() - interval '1 day' + n * interval '1 second',
  now() + CASE WHEN n % 10 = 0 THEN interval '-1 minute' ELSE interval '5 days' END
FROM generate_series(1, 2000) AS n;
INSERT INTO activities (uuid, user_uuid, reply_to_activity_uuid, created_at, expires_at)
SELECT ('20000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, md5('user' || n)::uuid,
  CASE WHEN n > 1 THEN ('20000000-0000-4000-8000-' || lpad((n - 1)::text, 12, '0'))::uuid END,
  now() - interval '1 day' + n * interval '1 second',
  now() + CASE WHEN n % 3 = 0 THEN interval '-1 minute' ELSE interval '5 days' END
FROM generate_series(1, 500) AS n;
INSERT INTO activity_texts (activity_uuid, message)
SELECT uuid, 'said' FROM activities WHERE NOT EXISTS (SELECT FROM activity_texts WHERE activity_uuid = uuid);
INSERT INTO likes (activity_uuid, user_uuid)
SELECT md5('activity' || n)::uuid, md5('user' || 1 + (n * 7 + k) % current_setting('bench.users')::int)::uuid
FROM generate_series(1, current_setting('bench.activities')::int, 3) AS n, generate_series(1, 3) AS k;
INSERT INTO likes (activity_uuid, user_uuid) SELECT '10000000-0000-4000-8000-000000000000', uuid FROM users;
INSERT INTO sessions (token_hash, user_uuid, expires_at)
SELECT sha256(n::text::bytea), md5('user' || n)::uuid, now() + interval '1 day' FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO passwords (user_uuid, password_hash) SELECT uuid, repeat('x', 60) FROM users;
INSERT INTO invitations (code_hash, expires_at)
SELECT sha256(n::text::bytea), now() + interval '1 day' FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO activity_keys (user_uuid, key, activity_uuid, expires_at)
SELECT md5('user' || 1 + n % current_setting('bench.users')::int)::uuid, md5('key' || n)::uuid, md5('activity' || n)::uuid,
  now() + interval '1 day'
FROM generate_series(1, current_setting('bench.activities')::int) AS n;
INSERT INTO drafts (user_uuid, signed_out_hash, kind, message, key)
SELECT CASE WHEN n % 2 = 0 THEN md5('user' || n)::uuid END, CASE WHEN n % 2 = 1 THEN sha256(n::text::bytea) END,
  'activity', 'kept', md5('key' || n)::uuid
FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO withdrawals (number, user_uuid, audience, expires_at)
SELECT n, md5('user' || n)::uuid, 'everyone', now() FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO read_marks (user_uuid, number, newest)
SELECT md5('user' || n)::uuid, n, n FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO follows (user_uuid, followed_uuid)
SELECT md5('user' || n)::uuid, md5('user' || 1 + (n + k * 7) % current_setting('bench.users')::int)::uuid
FROM generate_series(1, current_setting('bench.users')::int) AS n, generate_series(1, 5) AS k;
INSERT INTO mutes (user_uuid, muted_uuid)
SELECT md5('user' || n)::uuid, md5('user' || 1 + (n + 1) % current_setting('bench.users')::int)::uuid FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO blocks (user_uuid, blocked_uuid)
SELECT md5('user' || n)::uuid, md5('user' || 1 + (n + 2) % current_setting('bench.users')::int)::uuid FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO addressees (activity_uuid, user_uuid)
SELECT md5('activity' || n)::uuid, md5('user' || 1 + n % current_setting('bench.users')::int)::uuid FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO former_handles (handle, user_uuid, expires_at)
SELECT 'former_' || n, md5('user' || n)::uuid, now() + interval '30 days' FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO reports (uuid, reporter_uuid, user_uuid, activity_uuid, kind, outcome, settled_at, expires_at)
SELECT md5('report' || n)::uuid, md5('user' || n)::uuid, md5('user' || 1 + (n + 3) % current_setting('bench.users')::int)::uuid, md5('activity' || n)::uuid, 'spam',
  CASE WHEN n % 2 = 0 THEN 'dismissed' END, CASE WHEN n % 2 = 0 THEN now() END, now() + interval '90 days'
FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO report_copies (report_uuid, message, written_at, expires_at)
SELECT md5('report' || n)::uuid, 'copy', now(), now() + interval '14 days' FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO audit (actor_uuid, act, user_uuid, expires_at)
SELECT md5('user' || 1 + n % 5)::uuid, 'hide', md5('user' || n)::uuid, now() + interval '180 days' FROM generate_series(1, current_setting('bench.users')::int) AS n;
INSERT INTO former_handles (handle, user_uuid, expires_at)
SELECT 'was_' || n, md5('user' || n)::uuid, now() + interval '1 day' FROM generate_series(1, current_setting('bench.users')::int) AS n;
-- As in the middle of a night's pass.
UPDATE activity_texts SET half = 1 WHERE get_byte(uuid_send(activity_uuid), 15) % 2 = 1;
UPDATE drafts SET half = 1 WHERE get_byte(uuid_send(uuid), 15) % 2 = 1;
UPDATE report_copies SET half = 1 WHERE get_byte(uuid_send(report_uuid), 15) % 2 = 1;
