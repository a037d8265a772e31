-- follows/_shut_out: whom `looking` does not see: blocked by either of the two.
ARRAY(
  SELECT blocks.blocked_uuid FROM blocks WHERE blocks.user_uuid = looking.uuid
  UNION ALL
  SELECT blocks.user_uuid FROM blocks WHERE blocks.blocked_uuid = looking.uuid
)
