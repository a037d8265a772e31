-- users/preferences_save: saves what a person prefers. What is not given stays; '' is no preference.
-- params:  user_uuid uuid, theme text?, usual_ttl text?, usual_audience text?, time_zone text?
-- returns: rows
UPDATE users
SET
  theme = NULLIF(COALESCE(%(theme)s, theme), ''),
  usual_ttl = NULLIF(COALESCE(%(usual_ttl)s, usual_ttl), ''),
  usual_audience = NULLIF(COALESCE(%(usual_audience)s, usual_audience), ''),
  time_zone = NULLIF(COALESCE(%(time_zone)s, time_zone), '')
WHERE uuid = %(user_uuid)s
