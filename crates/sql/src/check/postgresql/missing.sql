SELECT w.at
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w(schema_name, table_name, at)
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = w.schema_name AND c.relname = w.table_name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
)
ORDER BY w.at
