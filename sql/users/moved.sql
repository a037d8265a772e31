-- users/moved: the handle of now of whoever had this one lately, where the viewer may see that person.
-- params:  viewer_uuid uuid?, handle text
-- returns: text
SELECT person.handle
FROM former_handles AS former
JOIN users AS person ON person.uuid = former.user_uuid
WHERE former.handle = lower(%(handle)s)
  AND former.expires_at > now()
  AND person.suspended_at IS NULL
  AND NOT EXISTS (SELECT FROM blocks WHERE user_uuid = person.uuid AND blocked_uuid = %(viewer_uuid)s)
