-- ops/sessions: who is connected to this database. Of the last query only its kind, never its text.
-- params:  none
-- returns: DatabaseSession[]
SELECT
  pid,
  usename AS user,
  application_name AS application,
  COALESCE(state, '?') AS state,
  COALESCE(to_char(state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '?') AS since,
  COALESCE(upper(substring(query FROM '^\s*(?:--[^\n]*\n\s*)*([A-Za-z]+)')), '?') AS last_query
FROM pg_stat_activity
WHERE datname = current_database()
  AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
ORDER BY pid
