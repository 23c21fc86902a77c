-- What the users own in a database, but for the schemas of this installation where they are: user, what it is.
SELECT u.usename::VARCHAR(128), 'schema ' || n.nspname::VARCHAR(128)
FROM pg_catalog.pg_namespace AS n INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
WHERE u.usename IN ({owner:text}, {user:text}) AND n.nspname NOT IN ({ours})
UNION
SELECT u.usename::VARCHAR(128), CASE c.relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128)
FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
WHERE u.usename IN ({owner:text}, {user:text}) AND n.nspname NOT IN ({ours}) AND c.relkind NOT IN ('i', 't')
  AND LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_'
UNION
SELECT u.usename::VARCHAR(128), 'routine ' || n.nspname::VARCHAR(128) || '.' || p.proname::VARCHAR(128)
FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = p.proowner
WHERE u.usename IN ({owner:text}, {user:text}) AND n.nspname NOT IN ({ours})
UNION
SELECT u.usename::VARCHAR(128), 'database ' || b.datname::VARCHAR(128)
FROM pg_catalog.pg_database AS b INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.datdba
WHERE u.usename IN ({owner:text}, {user:text})
ORDER BY 1, 2
