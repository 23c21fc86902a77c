-- What is in the database of the views that is neither Scrim's nor Redshift's.
SELECT 'schema ' || s.schema_name::VARCHAR(128) FROM pg_catalog.svv_redshift_schemas AS s
WHERE s.database_name = current_database() AND LEFT(s.schema_name::VARCHAR(128), 3) <> 'pg_'
  AND s.schema_name NOT IN ('public', 'information_schema', 'catalog_history', {ours})
UNION
SELECT 'external schema ' || e.schemaname::VARCHAR(128) FROM pg_catalog.svv_external_schemas AS e
UNION
SELECT 'table ' || t.schema_name::VARCHAR(128) || '.' || t.table_name::VARCHAR(128) FROM pg_catalog.svv_all_tables AS t
WHERE t.database_name = current_database() AND t.schema_name = 'public'
UNION
SELECT 'routine public.' || p.proname::VARCHAR(128) FROM pg_catalog.pg_proc AS p
INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace
WHERE n.nspname = 'public'
ORDER BY 1
