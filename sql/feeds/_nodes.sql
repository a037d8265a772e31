-- feeds/_nodes: the places of threads: what is seen, and the stubs.
  SELECT uuid, number, reply_to_activity_uuid FROM seen
  UNION ALL
  SELECT uuid, number, reply_to_activity_uuid FROM thread_stubs
