-- feeds/_far: numbers of what `followed` wrote below the newest 2,000, where `near` does not fill the page.
SELECT activity.number
FROM (
  SELECT followed.user_uuid, newest.number
  FROM followed
  CROSS JOIN LATERAL (
    SELECT activity.number
    FROM seen AS activity
    WHERE activity.user_uuid = followed.user_uuid
      AND activity.number < (
        SELECT min(number)
        FROM (
          SELECT number
          FROM seen
          WHERE number < COALESCE(%(before)s, 9223372036854775807)
          ORDER BY number DESC
          LIMIT 2000
        ) AS shown
      )
      AND (%(replies)s OR activity.reply_to_activity_uuid IS NULL)
      -- include feeds/_unmuted
    ORDER BY activity.number DESC
    LIMIT 1
  ) AS newest
  ORDER BY newest.number DESC
  LIMIT %(limit)s
) AS head
CROSS JOIN LATERAL (
  SELECT number
  FROM seen
  WHERE seen.user_uuid = head.user_uuid
    AND seen.number <= head.number
    AND (%(replies)s OR seen.reply_to_activity_uuid IS NULL)
  ORDER BY number DESC
  LIMIT %(limit)s
) AS activity
WHERE (SELECT count(*) FROM near) < %(limit)s
  AND (SELECT count(*) FROM followed) > 1
ORDER BY activity.number DESC
LIMIT %(limit)s
