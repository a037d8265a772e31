-- live/news: what became visible since then, and what left or got another end, the newest 1,000; by default in ten minutes.
-- params:  since double precision?, undo_seconds int
-- returns: News
-- Whom each of it is shown to, live/viewers says. A number holds the time of writing, some seconds before `visible_from`.
WITH past AS MATERIALIZED (
  SELECT COALESCE(%(since)s, extract(epoch FROM now()) - 600) AS since
)
SELECT
  extract(epoch FROM now()) AS at,
  (
    SELECT COALESCE(json_agg(recent), '[]')
    FROM (
      SELECT
        live.number::text,
        live.user_uuid,
        extract(epoch FROM live.visible_from) AS moment,
        (
          SELECT above.number::text
          FROM alive_activities AS above
          WHERE above.uuid = live.reply_to_activity_uuid
        ) AS parent
      FROM alive_activities AS live
      WHERE live.number > (((SELECT since FROM past) - %(undo_seconds)s - 5) * 1000)::bigint << 16
        AND live.visible_from > to_timestamp((SELECT since FROM past))
        AND live.visible_from <= now()
      ORDER BY live.number DESC
      LIMIT 1000
    ) AS recent
  ) AS visible,
  (
    SELECT COALESCE(json_agg(recent), '[]')
    FROM (
      SELECT
        number::text,
        user_uuid,
        audience,
        circle_user_uuid,
        addressee_uuids,
        extract(epoch FROM expires_at) AS ends,
        extract(epoch FROM withdrawn_at) AS moment
      FROM withdrawals
      WHERE withdrawn_at > to_timestamp((SELECT since FROM past))
      ORDER BY withdrawn_at DESC
      LIMIT 1000
    ) AS recent
  ) AS withdrawn
