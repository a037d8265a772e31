-- activities/_seen: `seen`: the live activities that this viewer may see. Everything that shows or counts reads from it.
seen AS NOT MATERIALIZED (
  SELECT
    uuid, number, user_uuid, display_name, handle, message, reply_to_activity_uuid, expires_at, created_at, depth, visible_from
  FROM live_activities
  WHERE visible_from <= now()
    OR user_uuid = %(viewer_uuid)s
)
