-- ops/sessions_kill: ends the connections of these roles to this database, except the caller's.
-- params:  database text, roles text[]
-- returns: bigint
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
FROM pg_stat_activity
WHERE datname = %(database)s
  AND usename = ANY (%(roles)s)
  AND pid <> pg_backend_pid()
  AND COALESCE(backend_type, 'client backend') = 'client backend'  -- NULL if this role may not see it
