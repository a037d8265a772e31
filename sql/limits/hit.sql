-- limits/hit: counts a try in the running window; returns the seconds to wait if it is over the limit, else NULL.
-- params:  action text, own text, seconds int, most int
-- returns: int?
INSERT INTO rate_limits AS running (action, subject, window_ends_at)
VALUES (%(action)s, %(own)s, now() + make_interval(secs => %(seconds)s))
-- include limits/_count
RETURNING CASE
  WHEN hits > %(most)s THEN GREATEST(1, ceil(extract(epoch FROM window_ends_at - now())))::int
END
