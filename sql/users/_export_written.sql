-- users/_export_written: what the viewer wrote and liked, of `seen`, and their drafts. Columns of users/export.
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT uuid, message, created_at, expires_at, visible_from, reply_to_activity_uuid, audience
      FROM seen
      WHERE user_uuid = %(viewer_uuid)s
      ORDER BY number DESC
      LIMIT 10000
    ) AS own
  ) AS activities,
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT kind, message, display_name, ttl, audience, reply_to_activity_uuid, saved_at, expires_at
      FROM drafts
      WHERE user_uuid = %(viewer_uuid)s AND expires_at > now()
      ORDER BY saved_at DESC
      LIMIT 10000
    ) AS own
  ) AS drafts,
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT liked.uuid AS activity_uuid, liked.handle, liked.expires_at
      FROM likes
      JOIN seen AS liked ON liked.uuid = likes.activity_uuid
      WHERE likes.user_uuid = %(viewer_uuid)s
      ORDER BY likes.number DESC
      LIMIT 10000
    ) AS own
  ) AS likes,
