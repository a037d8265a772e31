-- feeds/find_people: whose handle or name begins so, the newest of them first.
-- params:  viewer_uuid uuid?, prefix text, limit int
-- returns: Person[]
-- Compared by code point, as the two indexes are. U+10FFFF stands above all that people type.
WITH
-- include follows/_viewer
, listed AS (
  SELECT person.uuid AS user_uuid, person.number, NULL::timestamptz AS wrote_at
  FROM users AS person
  WHERE (
      lower(person.handle) COLLATE "C" BETWEEN lower(%(prefix)s) AND lower(%(prefix)s) || U&'\+10FFFF'
      OR lower(person.display_name) COLLATE "C" BETWEEN lower(%(prefix)s) AND lower(%(prefix)s) || U&'\+10FFFF'
    )
  -- include follows/_met
  ORDER BY person.number DESC
  LIMIT %(limit)s
)
-- include feeds/_line
