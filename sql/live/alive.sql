-- live/alive: what is left of each of these that the viewer may see, and what others wrote since then, with what it replies to.
-- params:  viewer_uuid uuid?, numbers bigint[], since double precision?, undo_seconds int
-- returns: Alive
WITH
-- include activities/_seen
SELECT
  extract(epoch FROM now()) AS at,
  (
    SELECT COALESCE(json_object_agg(number, ceil(extract(epoch FROM expires_at - now()) * 1000)), '{}')
    FROM seen
    WHERE number = ANY (%(numbers)s)
  ) AS ends,
  (
    SELECT COALESCE(json_object_agg(number, json_build_object('parent', parent, 'feeds', feeds)), '{}')
    FROM (
      SELECT
        live.number,
        (SELECT above.number::text FROM seen AS above WHERE above.uuid = live.reply_to_activity_uuid) AS parent,
        -- include live/_feeds
        AS feeds
      FROM seen AS live
      CROSS JOIN viewer
      WHERE live.number > ((%(since)s - %(undo_seconds)s - 5) * 1000)::bigint << 16
        AND live.visible_from > to_timestamp(%(since)s)
        AND live.user_uuid IS DISTINCT FROM %(viewer_uuid)s
      ORDER BY live.number DESC
      LIMIT 100
    ) AS recent
  ) AS new
