-- ops/sessions: the connections to this database, with the kind of the last query, never its text.
-- params:  none
-- returns: DatabaseSession[]
SELECT
  pid,
  usename AS user,
  application_name AS application,
  COALESCE(state, '?') AS state,
  COALESCE(to_char(state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '?') AS since,
  COALESCE(upper(substring(query FROM '^\s*(?:--[^\n]*\n\s*)*([A-Za-z]+)')), '?') AS last_query,
  CASE
    WHEN usename NOT IN ('mayfly_app', 'mayfly_sign_up')
      AND state LIKE 'idle%%'
      AND state_change < now() - interval '5 minutes'
      THEN usename || ', ' || (EXTRACT(EPOCH FROM now() - state_change) / 60)::int || ' min'
    ELSE ''
  END AS unused
FROM pg_stat_activity
WHERE datname = current_database()
  AND pid <> pg_backend_pid()
  AND COALESCE(backend_type, 'client backend') = 'client backend'  -- NULL if this role may not see it
ORDER BY pid
