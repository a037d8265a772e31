-- Everything that can be granted on what has rows, now or later: where columns have it too, column by column.
WITH things AS (
  SELECT oid, relname
  FROM pg_class
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
)
SELECT privilege, relname, attname
FROM things
JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
WHERE has_column_privilege(%(role)s, oid, attnum, privilege)
UNION ALL
SELECT privilege, relname, '*'
FROM things
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege
WHERE has_table_privilege(%(role)s, oid, privilege)
