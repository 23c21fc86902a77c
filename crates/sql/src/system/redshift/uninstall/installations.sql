-- Installations in a database, but for this one where it is: whose they are, and their schemas.
SELECT u.usename::VARCHAR(128), n.nspname::VARCHAR(128)
FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
WHERE c.relname = 'object_state' AND c.relkind = 'r' AND n.nspname NOT IN ({ours})
ORDER BY 1, 2
