-- activities/_seen: `viewer`, and `seen`: the live activities that they may see. Everything that shows or counts reads from it.
-- include follows/_viewer
, seen AS NOT MATERIALIZED (
  SELECT
    live.uuid,
    live.number,
    live.user_uuid,
    live.display_name,
    live.handle,
    live.role,
    live.message,
    live.reply_to_activity_uuid,
    live.expires_at,
    live.created_at,
    live.depth,
    live.visible_from,
    live.audience,
    live.circle_user_uuid
  FROM alive_activities AS live
  CROSS JOIN viewer
  WHERE
    -- include activities/_may_see
)
