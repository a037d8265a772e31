-- limits/hit_from: counts a try of an address and its network; returns the seconds to wait if one is over its limit.
-- params:  action text, own text, around text, seconds int, most int, most_around int
-- returns: int?
-- An address over its limit no longer counts against its network. A network over its limit adds no rows for addresses.
-- Every case writes something, so that timing reveals nothing.
WITH spent AS (
  SELECT
  FROM rate_limits
  WHERE action = %(action)s
    AND subject = %(around)s
    AND hits >= %(most_around)s
    AND window_ends_at > now()
), address AS (
  INSERT INTO rate_limits AS running (action, subject, window_ends_at)
  SELECT %(action)s, %(own)s, now() + make_interval(secs => %(seconds)s)
  WHERE NOT EXISTS (SELECT FROM spent)
  -- include limits/_count
  RETURNING hits, window_ends_at
), network AS (
  INSERT INTO rate_limits AS running (action, subject, window_ends_at)
  SELECT %(action)s, %(around)s, now() + make_interval(secs => %(seconds)s)
  WHERE %(around)s <> %(own)s
    AND NOT EXISTS (SELECT FROM address WHERE hits > %(most)s)
  -- include limits/_count
  RETURNING hits, window_ends_at
)
SELECT GREATEST(1, ceil(extract(epoch FROM max(window_ends_at) - now())))::int
FROM (
  SELECT window_ends_at FROM address WHERE hits > %(most)s
  UNION ALL
  SELECT window_ends_at FROM network WHERE hits > %(most_around)s
) AS refusals
HAVING count(*) > 0
