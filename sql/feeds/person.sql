-- feeds/person: a person as others see them.
-- params:  handle text
-- returns: Profile
SELECT
  person.uuid,
  person.display_name,
  person.handle,
  person.bio,
  person.created_at,
  (SELECT count(*) FROM live_activities AS activity WHERE activity.user_uuid = person.uuid) AS activities_count
FROM users AS person
WHERE lower(person.handle) = lower(%(handle)s)
  AND person.suspended_at IS NULL
