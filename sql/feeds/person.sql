-- feeds/person: a person as others see them.
-- params:  viewer_uuid uuid?, handle text
-- returns: Profile
WITH
-- include activities/_seen
SELECT
  person.uuid,
  person.display_name,
  person.handle,
  person.bio,
  person.created_at,
  (SELECT count(*) FROM (SELECT FROM seen WHERE seen.user_uuid = person.uuid LIMIT 1000) AS own) AS activities_count
FROM users AS person
WHERE lower(person.handle) = lower(%(handle)s)
  AND person.suspended_at IS NULL
