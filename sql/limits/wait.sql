-- limits/wait: the seconds to wait if a limit is used up, else no row. Does not count a try.
-- params:  action text, subject text, most int
-- returns: int?
SELECT GREATEST(1, ceil(extract(epoch FROM window_ends_at - now())))::int
FROM rate_limits
WHERE action = %(action)s
  AND subject = %(subject)s
  AND hits >= %(most)s
  AND window_ends_at > now()
