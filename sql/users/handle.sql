-- users/handle: the handle of a person whom the viewer may know; no row for others, and where either blocked the other.
-- params:  viewer_uuid uuid, user_uuid uuid
-- returns: text
WITH
-- include follows/_viewer
SELECT person.handle
FROM users AS person
WHERE person.uuid = %(user_uuid)s
-- include follows/_visible_person
