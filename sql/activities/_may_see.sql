-- activities/_may_see: whether `viewer` may see `live`, of alive_activities: undo, audience, blocks. The one place that decides.
(live.visible_from <= now() OR live.user_uuid = viewer.uuid)
AND live.user_uuid <> ALL (viewer.shut_out)
AND (
  live.audience = 'everyone'
  OR live.user_uuid = viewer.uuid
  OR (live.audience = 'members' AND viewer.uuid IS NOT NULL)
  OR (live.audience = 'followers'
    AND live.circle_user_uuid IS NOT NULL
    AND live.circle_user_uuid <> ALL (viewer.shut_out)
    AND (
      live.circle_user_uuid = viewer.uuid
      OR EXISTS (
        SELECT FROM follows WHERE follows.user_uuid = viewer.uuid AND follows.followed_uuid = live.circle_user_uuid OFFSET 0
      )
      OR EXISTS (
        SELECT FROM addressees WHERE addressees.activity_uuid = live.uuid AND addressees.user_uuid = viewer.uuid OFFSET 0
      )
    )
  )
)
