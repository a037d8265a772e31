-- live/viewers: which of these viewers may see which of these activities, and in which feeds; and whose followers they are.
-- params:  viewer_uuids uuid[], numbers bigint[], circle_uuids uuid[]
-- returns: Viewers
WITH viewer AS NOT MATERIALIZED (
  SELECT
    looking.uuid,
    -- include follows/_shut_out
    AS shut_out
  FROM unnest(%(viewer_uuids)s) AS looking (uuid)
)
SELECT
  (
    SELECT COALESCE(json_agg(pair), '[]')
    FROM (
      SELECT
        live.number::text,
        viewer.uuid AS viewer_uuid,
        -- include live/_feeds
        AS feeds
      FROM alive_activities AS live
      CROSS JOIN viewer
      WHERE live.number = ANY (%(numbers)s)
        AND live.user_uuid <> viewer.uuid
        AND
        -- include activities/_may_see
    ) AS pair
  ) AS seen,
  (
    SELECT COALESCE(json_agg(pair), '[]')
    FROM (
      SELECT follows.user_uuid AS viewer_uuid, follows.followed_uuid AS circle_user_uuid
      FROM follows
      WHERE follows.followed_uuid = ANY (%(circle_uuids)s)
        AND follows.user_uuid = ANY (%(viewer_uuids)s)
    ) AS pair
  ) AS follow
