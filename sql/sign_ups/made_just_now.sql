-- sign_ups/made_just_now: whether an account with these values was created within the last `seconds`.
-- params:  uuid uuid, handle text, email text?, seconds int
-- returns: boolean
SELECT EXISTS (
  SELECT
  FROM users
  WHERE uuid = %(uuid)s
    AND handle = %(handle)s
    AND lower(email) IS NOT DISTINCT FROM lower(%(email)s)
    AND created_at > now() - make_interval(secs => %(seconds)s)
)
