-- feeds/_line: the people in `listed` (user_uuid, number, wrote_at), each as a line of a list, the highest number first.
SELECT
  listed.number::text AS number,
  person.display_name,
  person.handle,
  NULLIF(person.role, 'member') AS role,
  split_part(person.bio, E'\n', 1) AS bio,
  COALESCE(listed.user_uuid = %(viewer_uuid)s, false) AS is_own,
  EXISTS (
    SELECT FROM follows WHERE follows.user_uuid = %(viewer_uuid)s AND follows.followed_uuid = listed.user_uuid
  ) AS follows,
  listed.wrote_at,
  person.created_at,
  now() AS read_at
FROM listed
CROSS JOIN LATERAL (
  SELECT display_name, handle, role, bio, created_at
  FROM users
  WHERE users.uuid = listed.user_uuid
  OFFSET 0
) AS person
ORDER BY listed.number DESC
