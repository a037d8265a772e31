-- users/_export_people: whom the viewer follows, muted, blocked and reported, without `shutting`. Columns of users/export.
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT person.handle
      FROM follows
      JOIN users AS person ON person.uuid = follows.followed_uuid AND person.suspended_at IS NULL
      WHERE follows.user_uuid = %(viewer_uuid)s
      ORDER BY follows.number DESC
      LIMIT 10000
    ) AS own
  ) AS follows,
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT person.handle, NULLIF(mutes.expires_at, 'infinity') AS expires_at
      FROM mutes
      JOIN users AS person ON person.uuid = mutes.muted_uuid
      WHERE mutes.user_uuid = %(viewer_uuid)s AND mutes.expires_at > now()
        AND mutes.muted_uuid NOT IN (SELECT user_uuid FROM shutting)
      ORDER BY mutes.number DESC
      LIMIT 10000
    ) AS own
  ) AS mutes,
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT person.handle
      FROM blocks
      JOIN users AS person ON person.uuid = blocks.blocked_uuid
      WHERE blocks.user_uuid = %(viewer_uuid)s
        AND blocks.blocked_uuid NOT IN (SELECT user_uuid FROM shutting)
      ORDER BY blocks.number DESC
      LIMIT 10000
    ) AS own
  ) AS blocks,
  (
    SELECT COALESCE(json_agg(own), '[]')
    FROM (
      SELECT
        person.handle,
        reports.kind,
        reports.words,
        reports.outcome,
        reports.created_at,
        NULLIF(reports.expires_at, 'infinity') AS expires_at
      FROM reports
      JOIN users AS person ON person.uuid = reports.user_uuid
      WHERE reports.reporter_uuid = %(viewer_uuid)s AND reports.expires_at > now()
        AND reports.user_uuid NOT IN (SELECT user_uuid FROM shutting)
      ORDER BY reports.number DESC
      LIMIT 10000
    ) AS own
  ) AS reports,
