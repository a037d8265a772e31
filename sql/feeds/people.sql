-- feeds/people: who is here: who wrote one of the newest 2,000 activities, newest words first; the others by when they joined.
-- params:  viewer_uuid uuid?, before bigint?, limit int
-- returns: Person[]
WITH
-- include activities/_seen
, newest AS MATERIALIZED (
  SELECT number, user_uuid, created_at
  FROM seen
  ORDER BY number DESC
  LIMIT 2000
), wrote AS MATERIALIZED (
  SELECT user_uuid, max(number) AS number, max(created_at) AS wrote_at
  FROM newest
  GROUP BY user_uuid
), joined AS (
  SELECT person.uuid, person.number
  FROM users AS person
  WHERE person.number < COALESCE(%(before)s, 9223372036854775807)
    AND person.uuid NOT IN (SELECT user_uuid FROM wrote)
  -- include follows/_visible_person
  ORDER BY person.number DESC
  LIMIT %(limit)s
), listed AS (
  SELECT user_uuid, number, wrote_at
  FROM wrote
  WHERE number < COALESCE(%(before)s, 9223372036854775807)
  UNION ALL
  SELECT
    uuid,
    number,
    (SELECT seen.created_at FROM seen WHERE seen.user_uuid = joined.uuid ORDER BY seen.number DESC LIMIT 1)
  FROM joined
)
-- include feeds/_line
LIMIT %(limit)s
