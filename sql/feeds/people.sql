-- feeds/people: who is here, newest words first; those without words by when they joined.
-- params:  viewer_uuid uuid?, before bigint?, limit int
-- returns: Person[]
WITH
-- include activities/_seen
, wrote AS MATERIALIZED (
  SELECT newest.user_uuid, newest.number, newest.created_at
  FROM seen AS newest
  WHERE newest.number < COALESCE(%(before)s, 9223372036854775807)
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = newest.user_uuid AND seen.number > newest.number)
  ORDER BY newest.number DESC
  LIMIT %(limit)s
), joined AS (
  SELECT person.uuid, person.number
  FROM users AS person
  WHERE person.number < COALESCE(%(before)s, 9223372036854775807)
    AND person.number > COALESCE((SELECT min(number) FROM wrote HAVING count(*) = %(limit)s), 0)
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = person.uuid)
  -- include follows/_met
  ORDER BY person.number DESC
  LIMIT %(limit)s
), listed AS (
  SELECT user_uuid, number, created_at AS wrote_at FROM wrote
  UNION ALL
  SELECT uuid, number, NULL FROM joined
)
-- include feeds/_line
LIMIT %(limit)s
