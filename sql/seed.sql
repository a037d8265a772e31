-- seed: the people and activities of Larkhythe, an invented harbour town, to fill a new development database.
-- Run by the owner in one transaction, after schema.sql, into an empty database; never in production.
-- Ages count back from now() and read best in the evening: load it again when most of it has expired.
-- Addresses are fixed: activity 104 below is 5eedac00-0000-4000-8000-000000000104, on every machine.

DO $empty$
BEGIN
  IF EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM activities) THEN
    RAISE EXCEPTION 'The seed is for an empty database, and this one has people or activities in it.';
  END IF;
END
$empty$;

-- Nobody here has a password. bin/run gives demo one, only in development.
INSERT INTO users (uuid, handle, display_name, email, last_ttl, seeded, created_at, bio)
SELECT
  person.uuid::uuid,
  person.handle,
  person.display_name,
  person.handle || '@mayfly.example',
  person.last_ttl,
  true,
  now() - make_interval(days => person.days_ago),
  person.bio
FROM (VALUES
  ('5eed0000-0000-4000-8000-000000000001', 'marnie', 'Marnie Quill', '1-hour', 83,
   'Harbour master, Larkhythe. Tides, ropes, firm opinions about knots. Radio first, here second.'),
  ('5eed0000-0000-4000-8000-000000000002', 'bede', 'Tobias Bede', NULL, 79,
   'Baker on Quay Street. Up at three, asleep by nine. What is left goes on the back step.'),
  ('5eed0000-0000-4000-8000-000000000003', 'ines', 'Ines Calloway', NULL, 77,
   'I run the repair café in the old net loft. If it has screws, it has a chance.'),
  ('5eed0000-0000-4000-8000-000000000004', 'mr_lanyon', 'Kofi Lanyon', '7-days', 72,
   'Year 5 on weekdays, the under-tens on Saturdays. Currently losing to both.'),
  ('5eed0000-0000-4000-8000-000000000005', 'nerys', 'Nerys Pughalder', '1-day', 70,
   'Leads the harbour choir. Everybody can sing; some people only need a bigger room. Cymraeg / English'),
  ('5eed0000-0000-4000-8000-000000000006', 'plot_seven', 'Walter Plum', '3-days', 66,
   'Allotments, plot seven. Courgettes by arrangement, or by night.'),
  ('5eed0000-0000-4000-8000-000000000007', 'sunniva', 'Sunniva Dahlen', NULL, 61,
   'Purser on the night ferry. I have seen more sunrises than breakfasts.'),
  ('5eed0000-0000-4000-8000-000000000008', 'dot', 'Dorothea Finch', NULL, 58,
   'Librarian. Keeper of the reading lamp, the lost property and most of your secrets.'),
  ('5eed0000-0000-4000-8000-000000000009', 'bernard', 'Bernard Oakes', NULL, 55,
   'Radio amateur. Will talk to anyone, provided they are very far away.'),
  ('5eed0000-0000-4000-8000-000000000010', 'salma', 'Salma Nouri', '12-hours', 47,
   'Nurse, nights. ممرّضة ليلية. If I am awake and you are awake, hello.'),
  ('5eed0000-0000-4000-8000-000000000011', 'jonah', 'Jonah Pike', NULL, 40,
   'student, home when the laundry says so'),
  ('5eed0000-0000-4000-8000-000000000012', 'elias', 'Elias Tarrant', '1-hour', 33,
   'Kept the Larkhythe light for thirty-one years. It keeps itself now. I check.'),
  ('5eed0000-0000-4000-8000-000000000013', 'hana', 'Hana Shiomi', NULL, 26,
   '船を描いています。Here for a month, to draw the boats before they leave.'),
  ('5eed0000-0000-4000-8000-000000000014', 'demo', 'Demo', '7-days', 21,
   'New in town. Owner of one toaster.')
) AS person (uuid, handle, display_name, last_ttl, days_ago, bio);

-- One row is one activity: its number, its age in minutes, its author, its life, the number it replies to, its text.
-- Conversations have hundreds of their own. A row without author and text has expired while its replies live.
WITH said (number, minutes_ago, handle, ttl, answers, message) AS (
  VALUES
  -- This evening.
  (1, 1, 'elias', '1-hour', NULL, 'Moon over the pier now. Look up.'),
  (2, 5, 'hana', '3-days', NULL, '夕焼け、五分だけ。
Sunset, five minutes only. I drew it in four.'),
  (3, 11, 'demo', '1-day', NULL,
   'The toaster lives. It also picks up @bernard, faintly, around medium brown. I am told this is normal.'),
  (4, 7, 'bernard', '7-days', 3, 'Medium brown is my best frequency.'),
  (5, 23, 'bede', '1-hour', NULL,
   'Six loaves on the back step, one of them ugly. Take what you need. The ugly one is the best.'),
  (6, 29, 'dot', '1-hour', NULL,
   'Umbrella left on the library steps, still open, facing the sea. I think it’s happy, but you may want it back.'),
  (7, 38, 'marnie', '1-hour', NULL,
   'Dolphins off the breakwater, heading east, in no hurry. You have about as long as this post has.'),
  (8, 51, 'jonah', '1-hour', NULL,
   'do NOT sit on the bench by the crane. wet paint. ask me how i know'),
  (9, 56, 'sunniva', '1-hour', NULL,
   'Casting off. Last call for hats left in the lounge: red bobble, straw, one paper crown.'),
  (10, 63, 'salma', '12-hours', NULL,
   'Bag packed, flask full, ward till morning. Leave me something nice to read at 3 a.m.'),
  (11, 79, 'plot_seven', '3-days', NULL, 'Slugs 4, lettuces 0. I’m told we are a young team.'),
  (12, 92, 'nerys', '12-hours', NULL,
   'Noswaith dda, bawb! Good evening, all. The hall is warm, the kettle is on, and two tenors already disagree.'),
  (13, 104, 'nerys', '3-hours', NULL, 'Has anyone seen the tenors?'),
  (14, 135, 'dot', '3-hours', NULL,
   'Closing in an hour. The reading lamp stays on till the last page. Yours, not mine.'),
  (15, 166, 'ines', '3-hours', NULL,
   'Lost: one very small hex key, somewhere between the net loft and the tea urn. It will turn up the moment I buy another.'),

  -- Today.
  (16, 228, 'bernard', '7-days', NULL,
   'Made an aerial out of the washing line. Reception is excellent. So are the pillowcases.'),
  (17, 251, 'dot', '30-days', NULL,
   'The memory box is open. Bring a photograph of old Larkhythe and we’ll copy it while you wait; you take the picture home, the town keeps the afternoon. What to bring, and when: https://example.org/larkhythe/memory-box #harbourmemories'),
  (18, 330, 'demo', '3-days', NULL,
   'Is the repair café the blue door or the green one, @ines? Asking with a toaster under my arm.'),
  (19, 322, 'ines', '3-days', 18,
   'Green. The blue one is a very patient dentist. Knock loudly, there’s a drill on (mine, not his).'),
  (20, 365, 'mr_lanyon', '1-day', NULL,
   'Snail update: he has reached the edge of the desk and is thinking about it.'),
  (21, 447, 'jonah', '7-days', NULL,
   'revision tip: if you read the same sentence eleven times it becomes a sort of friend'),
  (22, 600, 'bede', '12-hours', NULL,
   'Bread left at the back door till noon. After that it belongs to the gulls, who have formed a queue. 🥖'),
  (23, 640, 'marnie', '12-hours', NULL, 'Low tide. Tall boots.'),
  (24, 700, 'sunniva', '12-hours', NULL,
   'Home from the night boat, curtains closed. If you must mow today, mow with feeling and be brief.'),
  (25, 711, 'mr_lanyon', '12-hours', NULL,
   'Dressing-up day is next week. To the one small pirate at the gate: you look tremendous, come in anyway.'),
  (26, 775, 'salma', '3-days', NULL,
   'صباح الخير يا جيران، البحر هادئ اليوم.
Good morning, neighbours. The sea is calm today, and I am going to bed.'),
  (27, 1010, 'bede', '7-days', NULL,
   'Three in the morning. Just me, the dough, and a blackbird who thinks he owns the street.'),
  (28, 1131, 'sunniva', '3-days', NULL,
   'Halfway over. Everyone asleep but the engine, me, and a boy who wants to know where the sea goes at night. I said: nowhere, it waits. He looked relieved.'),

  -- Yesterday.
  (29, 1290, 'elias', '30-days', NULL,
   'Thirty-one years I kept that light. Nobody ever wrote to say that it was on. That is how you know it was working.'),
  (30, 1335, 'hana', '1-day', NULL,
   'カモメに消しゴムを盗まれた。
A gull has stolen my eraser. Today’s drawings will have to be correct.'),
  (31, 1362, 'nerys', '1-day', NULL,
   'Thirty-four people, one cold hall, and for four bars we all breathed in the same place. You can’t keep that. That’s what it’s for.'),
  (32, 1434, 'marnie', '1-day', NULL,
   'Lost: one blue dinghy, answers to “Patience”. Last seen leaving without me.'),
  (33, 1478, 'plot_seven', '3-days', NULL,
   'Jobs for tonight:
☑ water the beans
☑ talk to the beans
☐ stop telling people that I talk to the beans'),
  (34, 1511, 'dot', '7-days', NULL,
   'Somebody has returned a book that was due in 1974, with a note: “Sorry. It was good.” Fine waived. It is good.'),
  (35, 1690, 'demo', '7-days', NULL,
   'First post, after two weeks of reading. I gather these fade by themselves, which takes the pressure off.'),
  (36, 1911, 'jonah', '3-days', NULL,
   'three trains, two buses and a ferry and i’m home. mum has already asked if i’m eating. i was eating at the time'),
  (37, 2150, 'ines', '30-days', NULL,
   'Repair café, every Saturday, ten till two, the old net loft by the slip. Bring what is broken, and a cup. We have tea, solder and no judgement. #repaircafe'),
  (38, 2462, 'mr_lanyon', '7-days', NULL,
   'I asked Year 5 what a lighthouse is for. “So that the sea knows where we live.” I have nothing to add.'),

  -- Earlier in the week.
  (39, 2875, 'elias', '3-days', NULL,
   'Wind gone round to the west. Fetch the washing in, or make your peace with it.'),
  (40, 2950, 'nerys', '7-days', NULL,
   'Family sing-along in the hall: 👨‍👩‍👧‍👦 👩🏾‍👧🏾 👨‍👨‍👦 👵🏽🐕 all welcome. Shoes optional, humming encouraged.'),
  (41, 3020, 'marnie', '30-days', NULL,
   'Harbour notice, in plain words. The north steps are slippery and stay closed till the weed is scraped. Use the south steps, which are merely damp. If you fish from the wall, look behind you before you cast. The man you hooked was very nice about it. So was his hat. #harbournotice'),
  (42, 3390, 'bernard', '7-days', NULL,
   'A voice on short wave, slowly reading out numbers. I wrote them all down, for an hour, by candlelight. It was a darts match.'),
  (43, 3710, 'bede', '7-days', NULL,
   'The sourdough starter is nine today. It has outlived two ovens and a bicycle. We had a small cake, which it did not touch.'),
  (44, 4075, 'bernard', '3-days', NULL, 'Testing, testing. If this is gone by supper, it worked.'),
  (45, 4302, 'plot_seven', '3-days', NULL,
   'Seedlings by the allotment gate, free to good homes: tomatoes, sweet peas, and one that has lost its label. Surprise me.'),
  (46, 4400, 'dot', '7-days', NULL, 'Overheard in Children’s: “Is this book true?” “Not yet.”'),
  (47, 5025, 'jonah', '7-days', NULL,
   'wait do these really just… go? asking for the version of me who posted at 2 a.m.'),
  (48, 5790, 'elias', '7-days', NULL,
   'My granddaughter says letters are slow, so I am writing here instead. Good evening. Clear to the horizon.'),
  (49, 7050, 'marnie', '30-days', NULL,
   'House rules, such as they are: be kind, be brief, and let a thing go when its time comes. The tide does it twice a day and nobody complains.'),

  -- The glove.
  (100, 300, 'marnie', '7-days', NULL,
   'Found on the slipway railing: one green woollen glove, left hand. Someone has propped it upright, so it now waves at every boat that comes in.'),
  (101, 288, 'sunniva', '7-days', 100, 'So that’s who it was. The whole upper deck waved back this morning.'),
  (102, 281, 'dot', '7-days', 100,
   'We have a right-hand one in lost property. Green, smells of peppermint. It came in last week, marking page 112 of a book about knots.'),
  (103, 276, 'marnie', '3-days', 102,
   'Page 112 is the bowline. Whoever they are, they’re at a difficult place in their life.'),
  (104, 268, 'bernard', '7-days', 103, 'Mine, I think. Both of them. I never did get past page 112.'),
  (105, 262, 'marnie', '3-days', 104, 'Bernard. Thirty years on this coast.'),
  (106, 255, 'ines', '1-day', 104,
   'Bring the pair on Saturday and I’ll sew a cord between them. We do it for Year 5.'),
  (107, 240, 'mr_lanyon', '7-days', 100,
   'Year 5 met the glove on our walk and have named it Gerald. There is now a poem. I can send the poem.'),
  (108, 214, 'jonah', '1-day', 107, 'send the poem'),
  (109, 203, 'mr_lanyon', '7-days', 108,
   'Gerald, you have no hand in you
but still you wave at me.
The boats come in, the boats go out.
You never get to sea.

(by most of Year 5)'),
  (110, 188, 'elias', '7-days', 109, 'I have read this three times. Tell most of Year 5 that it is very good.'),
  (111, 47, 'demo', '3-hours', 100, 'Walked past just now. Gerald is wearing a tiny scarf. Nobody saw anything.'),

  -- The choir.
  (200, 190, 'nerys', '1-day', NULL,
   'Choir moved to 7 tonight: the hall has a badminton problem. Bring the blue folder and something warm.'),
  (201, 181, 'salma', '12-hours', 200, 'On nights again. Sing the low part for me?'),
  (202, 172, 'nerys', '1-day', 201, 'Always. We leave your gap in the altos, like a good chair.'),
  (203, 160, 'bede', '12-hours', 200, 'Can’t sing, can carry. What needs carrying?'),
  (204, 151, 'nerys', '12-hours', 203, 'The piano, ideally. Failing that, the biscuits.'),
  (205, 146, 'bede', '12-hours', 204, 'Biscuits it is.'),

  -- The courgettes.
  (300, 1630, 'ines', '3-days', NULL,
   'To whoever left eleven courgettes on my doorstep in the night: thank you, they are beautiful, please stop.'),
  (301, 1618, 'plot_seven', '3-days', 300, 'No idea who that could be.'),
  (302, 1611, 'ines', '3-days', 301, 'Walter, one of them was wearing a plant label.'),
  (303, 1597, 'plot_seven', '3-days', 302, 'They leave home so young.'),

  -- The visitor.
  (400, 4270, 'hana', '30-days', NULL,
   '港の朝。カモメが校長先生みたいに歩いている。
Morning at the harbour: the gulls walk like headmasters. Hello, Larkhythe. I am drawing your boats this month, please forgive the staring.'),
  (401, 4251, 'nerys', '7-days', 400, 'Croeso cynnes i Larkhythe! Stare as long as you like. The boats enjoy it.'),
  (402, 4228, 'hana', '7-days', 401, 'ありがとう! My new word today: croeso. I have said it to four gulls.'),
  (403, 4205, 'elias', '30-days', 400,
   'Come up to the light if you want to draw far things. Ninety-six steps. I put the kettle on when I hear people slow down, at about sixty.'),
  (404, 2790, 'hana', '7-days', 403, 'I counted ninety-seven.'),
  (405, 2774, 'elias', '7-days', 404, 'The top one isn’t a step. You’re there.'),

  -- The bread that was there: its first activity has expired.
  (500, 1560, NULL, '12-hours', NULL, NULL),
  (501, 1548, 'jonah', '7-days', 500, 'took two. left a thank-you under the brick'),
  (502, 1502, 'salma', '7-days', 500, 'Was there one with seeds? I ask as someone who has just done twelve hours.'),
  (503, 1490, 'bede', '7-days', 502, 'Kept one back. It has your name on it, badly, in flour.'),

  -- The snail: an activity in the middle has expired.
  (600, 3120, 'mr_lanyon', '7-days', NULL,
   'Does anybody have a spare tank, about the size of a shoebox? Year 5 have adopted a snail by nine votes to nothing. The snail abstained.'),
  (601, 3071, NULL, '1-day', 600, NULL),
  (602, 3060, 'mr_lanyon', '7-days', 601, 'That’s very kind, but it would be like giving him the town hall.'),
  (603, 3042, 'plot_seven', '7-days', 600, 'He’s one of mine, I’d know that walk anywhere. Visiting hours are fine.'),

  -- Soup, by radio.
  (700, 1350, 'bernard', '3-days', NULL,
   'Lovely conditions tonight. Spoke to a man on an island eleven hundred miles north. He was making soup as well.'),
  (701, 1342, 'sunniva', '3-days', 700, 'What soup?'),
  (702, 1339, 'bernard', '3-days', 701, 'Leek. Both of us. We were quiet for a moment.'),

  -- Awake.
  (800, 2465, 'salma', '7-days', NULL,
   'Last night on the ward everyone slept at once, for about four minutes. I opened a window and could hear the sea.'),
  (801, 2440, 'elias', '7-days', 800, 'I was up too. I turned my kitchen light off and on, twice, in case. Did you see?'),
  (802, 2402, 'salma', '7-days', 801, 'I didn’t know that was you. I waved.'),

  -- The match: its first activity expires within the hour, and the reply stays.
  (900, 1405, 'mr_lanyon', '1-day', NULL,
   'Under-tens: 9–1 to them. Our one was magnificent. Ask any of the eleven children who scored it. ⚽'),
  (901, 1393, 'jonah', '3-days', 900, 'i was there. it went in off the referee and it was ART')
), written AS (
  INSERT INTO activities (uuid, number, user_uuid, reply_to_activity_uuid, created_at, expires_at)
  SELECT
    ('5eedac00-0000-4000-8000-' || lpad(said.number::text, 12, '0'))::uuid,
    (extract(epoch FROM now() - make_interval(mins => said.minutes_ago)) * 1000)::bigint << 16 | said.number,
    author.uuid,
    ('5eedac00-0000-4000-8000-' || lpad(said.answers::text, 12, '0'))::uuid,
    now() - make_interval(mins => said.minutes_ago),
    now() - make_interval(mins => said.minutes_ago) + life.span
  FROM said
  JOIN (VALUES
    -- In hours: a day is not always 24 of them where clocks change, and the longest life is 720 hours.
    ('30-days', interval '720 hours'),
    ('7-days', interval '168 hours'),
    ('3-days', interval '72 hours'),
    ('1-day', interval '24 hours'),
    ('12-hours', interval '12 hours'),
    ('3-hours', interval '3 hours'),
    ('1-hour', interval '1 hour')
  ) AS life (ttl, span) ON life.ttl = said.ttl
  LEFT JOIN users AS author ON author.handle = said.handle
)
INSERT INTO activity_texts (activity_uuid, message)
SELECT ('5eedac00-0000-4000-8000-' || lpad(said.number::text, 12, '0'))::uuid, said.message
FROM said
WHERE said.message IS NOT NULL;

WITH RECURSIVE placed AS (
  SELECT uuid, 0 AS depth
  FROM activities
  WHERE reply_to_activity_uuid IS NULL
  UNION ALL
  SELECT reply.uuid, placed.depth + 1
  FROM placed
  JOIN activities AS reply ON reply.reply_to_activity_uuid = placed.uuid
)
UPDATE activities
SET depth = placed.depth
FROM placed
WHERE activities.uuid = placed.uuid AND placed.depth > 0;

-- Some likes, the same every time.
INSERT INTO likes (activity_uuid, user_uuid)
SELECT activity.uuid, person.uuid
FROM activities AS activity
JOIN users AS person ON person.uuid <> activity.user_uuid AND person.handle <> 'demo'
WHERE activity.expires_at > now()
  AND get_byte(sha256((activity.uuid::text || person.handle)::bytea), 0) < 12;

-- Who follows whom, the same every time; demo follows nobody yet.
INSERT INTO follows (user_uuid, followed_uuid)
SELECT one.uuid, other.uuid
FROM users AS one
JOIN users AS other ON other.uuid <> one.uuid
WHERE one.handle <> 'demo'
  AND get_byte(sha256((one.handle || other.handle)::bytea), 0) < 80;

-- Some is for members alone, and something of demo's for their followers.
UPDATE activities
SET
  audience = place.audience,
  circle_user_uuid = CASE WHEN place.audience = 'followers' THEN (SELECT uuid FROM users WHERE handle = 'demo') END
FROM (VALUES (8, 'members'), (14, 'members'), (18, 'followers'), (19, 'followers')) AS place (number, audience)
WHERE activities.uuid = ('5eedac00-0000-4000-8000-' || lpad(place.number::text, 12, '0'))::uuid;
INSERT INTO addressees (activity_uuid, user_uuid)
SELECT activity.uuid, person.uuid
FROM activities AS activity
JOIN users AS person ON person.handle = 'ines'
WHERE activity.circle_user_uuid IS NOT NULL;

-- Who keeps it well, and one report that waits for them.
UPDATE users SET role = 'operator' WHERE handle = 'marnie';
UPDATE users SET role = 'moderator' WHERE handle = 'elias';
INSERT INTO reports (uuid, reporter_uuid, user_uuid, activity_uuid, kind, words, expires_at)
SELECT
  '5eed0000-0000-4000-8000-0000000000aa',
  reporter.uuid,
  activity.user_uuid,
  activity.uuid,
  'other',
  'He says he knows how. I think he painted it himself.',
  now() + interval '90 days'
FROM activities AS activity
JOIN users AS reporter ON reporter.handle = 'dot'
WHERE activity.uuid = '5eedac00-0000-4000-8000-000000000008';
INSERT INTO report_copies (report_uuid, message, written_at, expires_at)
SELECT report.uuid, texts.message, activity.created_at, now() + interval '14 days'
FROM reports AS report
JOIN activities AS activity ON activity.uuid = report.activity_uuid
JOIN activity_texts AS texts ON texts.activity_uuid = activity.uuid;
