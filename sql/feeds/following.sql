-- feeds/following: whom somebody follows, the newest first.
-- params:  viewer_uuid uuid?, user_uuid uuid, before bigint?, limit int
-- returns: Person[]
WITH
-- include follows/_viewer
, listed AS (
  SELECT follows.followed_uuid AS user_uuid, follows.number, NULL::timestamptz AS wrote_at
  FROM follows
  JOIN users AS person ON person.uuid = follows.followed_uuid
  WHERE follows.user_uuid = %(user_uuid)s
    AND follows.number < COALESCE(%(before)s, 9223372036854775807)
  -- include follows/_visible_person
  ORDER BY follows.number DESC
  LIMIT %(limit)s
)
-- include feeds/_line
