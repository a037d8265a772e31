-- feeds/find_people: whose handle or a word of whose name begins so, the newest of them first.
-- params:  viewer_uuid uuid?, prefix text, limit int
-- returns: Person[]
-- Compared by code point, as the two indexes are. U+10FFFF stands above all that people type. No index knows the later
-- words of a name: they are sought among the newest 5,000 people, by number.
WITH
-- include activities/_seen
, begins AS MATERIALIZED (
  SELECT uuid
  FROM users
  WHERE lower(handle) COLLATE "C" BETWEEN lower(%(prefix)s) AND lower(%(prefix)s) || U&'\+10FFFF'
    OR lower(display_name) COLLATE "C" BETWEEN lower(%(prefix)s) AND lower(%(prefix)s) || U&'\+10FFFF'
), newest AS MATERIALIZED (
  SELECT number
  FROM users
  ORDER BY number DESC
  LIMIT 5000
), later AS MATERIALIZED (
  SELECT named.uuid
  FROM newest
  CROSS JOIN LATERAL (
    SELECT uuid, display_name
    FROM users
    WHERE users.number = newest.number
    OFFSET 0
  ) AS named
  WHERE strpos(lower(named.display_name), ' ' || lower(%(prefix)s)) > 0
), found AS (
  SELECT person.uuid, person.number
  FROM users AS person
  WHERE person.uuid = ANY (ARRAY(SELECT uuid FROM begins UNION SELECT uuid FROM later))
  -- include follows/_visible_person
  ORDER BY person.number DESC
  LIMIT %(limit)s
), listed AS (
  SELECT
    uuid AS user_uuid,
    number,
    (SELECT seen.created_at FROM seen WHERE seen.user_uuid = found.uuid ORDER BY seen.number DESC LIMIT 1) AS wrote_at
  FROM found
)
-- include feeds/_line
