SELECT n.nspname::VARCHAR(128), u.usename::VARCHAR(128)
FROM pg_catalog.pg_namespace AS n
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
WHERE ({patterns}) AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text}, 'information_schema')
  AND LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_'
UNION
SELECT n.nspname::VARCHAR(128), u.usename::VARCHAR(128)
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
WHERE ({patterns}) AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text}, 'information_schema')
  AND LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_'
ORDER BY 1, 2
