WITH RECURSIVE governed AS (
  SELECT DISTINCT c.oid, c.relowner, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(schema_name, table_name)
  INNER JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name
  INNER JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name
),
owners AS (
  SELECT g.relowner AS oid, pg_catalog.count(*) AS tables, pg_catalog.min(g.name) AS one
  FROM governed AS g INNER JOIN pg_catalog.pg_roles AS r ON r.oid = g.relowner AND NOT r.rolsuper
  GROUP BY g.relowner
),
-- From the roles that somebody may become down to those who may.
becoming AS (
  SELECT r.oid AS role, r.oid AS member FROM pg_catalog.pg_roles AS r
  WHERE r.rolname = ANY ($3::text[]::name[]) OR r.oid IN (SELECT o.oid FROM owners AS o)
    OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_execute_server_program')
  UNION
  SELECT b.role, m.member FROM becoming AS b INNER JOIN pg_catalog.pg_auth_members AS m ON m.roleid = b.member
)
SELECT 'superuser' AS kind, r.rolname::text AS name, NULL::text AS detail FROM pg_catalog.pg_roles AS r WHERE r.rolsuper
UNION ALL
SELECT 'bypassrls', r.rolname::text, NULL FROM pg_catalog.pg_roles AS r WHERE r.rolbypassrls AND NOT r.rolsuper
UNION ALL
SELECT 'createrole', r.rolname::text, NULL FROM pg_catalog.pg_roles AS r
WHERE r.rolcreaterole AND NOT r.rolsuper AND pg_catalog.current_setting('server_version_num')::integer < 160000
UNION ALL
SELECT 'owner', r.rolname::text, CASE o.tables WHEN 1 THEN o.one ELSE pg_catalog.format('%s tables, among them %s', o.tables, o.one) END
FROM owners AS o INNER JOIN pg_catalog.pg_roles AS r ON r.oid = o.oid
UNION ALL
SELECT CASE WHEN r.rolname LIKE 'pg@_%' ESCAPE '@' THEN 'member' ELSE 'becomes' END, m.rolname::text, r.rolname::text
FROM becoming AS b
INNER JOIN pg_catalog.pg_roles AS r ON r.oid = b.role
INNER JOIN pg_catalog.pg_roles AS m ON m.oid = b.member AND NOT m.rolsuper
WHERE b.role <> b.member
ORDER BY 1, 2, 3
