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
  SELECT silent.uuid, silent.number
  FROM users AS silent
  WHERE silent.number < COALESCE(%(before)s, 9223372036854775807)
    AND silent.number > COALESCE((SELECT min(number) FROM wrote HAVING count(*) = %(limit)s), 0)
    AND silent.suspended_at IS NULL
    AND NOT EXISTS (SELECT FROM seen WHERE seen.user_uuid = silent.uuid)
  ORDER BY silent.number DESC
  LIMIT %(limit)s
), listed AS (
  SELECT user_uuid, number, created_at AS wrote_at FROM wrote
  UNION ALL
  SELECT uuid, number, NULL FROM joined
)
SELECT
  listed.number::text AS number,
  person.display_name,
  person.handle,
  split_part(person.bio, E'\n', 1) AS bio,
  listed.wrote_at,
  person.created_at,
  now() AS read_at
FROM listed
CROSS JOIN LATERAL (
  SELECT display_name, handle, bio, created_at
  FROM users
  WHERE users.uuid = listed.user_uuid
  OFFSET 0
) AS person
ORDER BY listed.number DESC
LIMIT %(limit)s
