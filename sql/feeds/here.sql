-- feeds/here: who wrote in the last 24 hours, or had a page open (of which the signed-in alone learn), the latest first.
-- params:  viewer_uuid uuid?, most int
-- returns: Person[]
WITH
-- include activities/_seen
, wrote AS (
  SELECT newest.user_uuid, newest.created_at AS moment, newest.number
  FROM seen AS newest
  WHERE newest.number > ((extract(epoch FROM now() - make_interval(hours => 24)) * 1000)::bigint << 16)
    AND newest.user_uuid IS DISTINCT FROM %(viewer_uuid)s
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = newest.user_uuid AND seen.number > newest.number)
  ORDER BY newest.number DESC
  LIMIT %(most)s
), visited AS (
  SELECT person.uuid AS user_uuid, session.seen_at AS moment
  FROM sessions AS session
  JOIN users AS person ON person.uuid = session.user_uuid
  WHERE session.seen_at > now() - make_interval(hours => 24)
    AND person.uuid <> %(viewer_uuid)s
  -- include follows/_visible_person
  ORDER BY session.seen_at DESC
  LIMIT 5 * %(most)s
), listed AS (
  SELECT user_uuid, (extract(epoch FROM max(moment)) * 1000)::bigint AS number, NULL::timestamptz AS wrote_at
  FROM (SELECT user_uuid, moment FROM wrote UNION ALL SELECT user_uuid, moment FROM visited) AS either
  GROUP BY user_uuid
)
-- include feeds/_line
LIMIT %(most)s
