-- follows/lock: the uuid of somebody, of whom and of the viewer no other act of this noun runs until the transaction ends.
-- params:  viewer_uuid uuid, handle text
-- returns: uuid
WITH locked AS (
  SELECT uuid, handle
  FROM users
  WHERE uuid = %(viewer_uuid)s
    OR uuid = (SELECT other.uuid FROM users AS other WHERE lower(other.handle) = lower(%(handle)s))
  ORDER BY uuid
  FOR NO KEY UPDATE
)
SELECT uuid
FROM locked
WHERE lower(handle) = lower(%(handle)s)
