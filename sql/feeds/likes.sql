-- feeds/likes: what one person likes, the newest like first, with the like's number.
-- params:  viewer_uuid uuid?, user_uuid uuid, before bigint?, limit int, likes_public boolean
-- returns: Liked[]
WITH
-- include activities/_seen
, cards AS NOT MATERIALIZED (
  -- include activities/_card
)
SELECT
  liked.number::text AS number,
  (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = liked.activity_uuid) AS card
FROM (
  SELECT activity_uuid, number
  FROM likes
  WHERE user_uuid = %(user_uuid)s
    AND number < COALESCE(%(before)s, 9223372036854775807)
    AND EXISTS (SELECT FROM seen WHERE seen.uuid = likes.activity_uuid)
  ORDER BY number DESC
  LIMIT %(limit)s
) AS liked
ORDER BY liked.number DESC
