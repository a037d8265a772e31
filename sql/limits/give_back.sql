-- limits/give_back: takes back one try of the running window; the last one stays until the window ends.
-- params:  action text, subject text
-- returns: rows
UPDATE rate_limits
SET hits = hits - 1
WHERE action = %(action)s
  AND subject = %(subject)s
  AND hits > 1
  AND window_ends_at > now()
