-- sign_ups/made_just_now: whether that account was made within the last so many seconds, with this handle and this address.
-- params:  uuid uuid, handle text, email text, seconds int
-- returns: boolean
SELECT EXISTS (
  SELECT
  FROM users
  WHERE uuid = %(uuid)s
    AND handle = %(handle)s
    AND lower(email) = lower(%(email)s)
    AND created_at > now() - make_interval(secs => %(seconds)s)
)
