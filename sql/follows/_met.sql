-- follows/_met: of `person`: in good standing, and neither blocked the other. Comes after a WHERE condition.
  AND person.suspended_at IS NULL
  AND NOT EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = %(viewer_uuid)s AND blocks.blocked_uuid = person.uuid
  )
  AND NOT EXISTS (
    SELECT FROM blocks WHERE blocks.user_uuid = person.uuid AND blocks.blocked_uuid = %(viewer_uuid)s
  )
