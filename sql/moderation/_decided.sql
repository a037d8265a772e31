-- moderation/_decided: the acts that the person is told of, for 30 days; not that a report was dismissed. Goes on with a condition.
FROM audit
WHERE audit.created_at > now() - make_interval(secs => 2592000)
  AND audit.act IN ('hide', 'burn', 'pause-1-day', 'pause-7-days', 'suspend', 'show', 'unpause', 'restore')
