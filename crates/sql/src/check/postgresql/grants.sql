WITH RECURSIVE governed AS (
  SELECT DISTINCT c.oid
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(schema_name, table_name)
  INNER JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name
  INNER JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
-- Partitions and children have the rows of their own; what a table is a part of shows them, too.
below AS (
  SELECT g.oid FROM governed AS g
  UNION
  SELECT i.inhrelid FROM below AS b INNER JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid
),
above AS (
  SELECT g.oid FROM governed AS g
  UNION
  SELECT i.inhparent FROM above AS a INNER JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = a.oid
),
wanted AS (
  SELECT b.oid FROM below AS b UNION SELECT a.oid FROM above AS a
),
granted AS (
  SELECT c.oid, NULL::text AS column_name, a.grantee, a.privilege_type
  FROM wanted AS w INNER JOIN pg_catalog.pg_class AS c ON c.oid = w.oid
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
  UNION ALL
  SELECT t.attrelid, t.attname::text, a.grantee, a.privilege_type
  FROM wanted AS w INNER JOIN pg_catalog.pg_attribute AS t ON t.attrelid = w.oid AND t.attnum > 0 AND NOT t.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
),
open AS (
  SELECT c.oid, n.oid AS schema, c.relowner, g.grantee, g.privilege_type,
    COALESCE(pg_catalog.array_agg(DISTINCT g.column_name) FILTER (WHERE g.column_name IS NOT NULL), '{}') AS columns
  FROM granted AS g
  INNER JOIN pg_catalog.pg_class AS c ON c.oid = g.oid
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
  WHERE g.privilege_type IN ('SELECT', 'TRIGGER') AND g.grantee <> c.relowner
    AND (g.grantee = 0 OR (r.rolname <> $3 AND NOT r.rolsuper))
  -- A right on the table covers its columns, and is taken back by itself.
  GROUP BY c.oid, n.oid, c.relowner, g.grantee, g.privilege_type, g.column_name IS NULL
),
-- Without USAGE of the schema nobody reaches what is in it. Whoever gets around everything does not count.
reached AS (
  SELECT o.schema, o.relowner, o.grantee,
    EXISTS (
      SELECT FROM pg_catalog.pg_roles AS m
      WHERE NOT m.rolsuper AND m.rolname <> $3 AND m.oid <> o.relowner AND m.rolname !~ '^pg_'
        AND NOT pg_catalog.pg_has_role(m.oid, 'pg_read_all_data'::name, 'MEMBER')
        AND (o.grantee = 0 OR pg_catalog.pg_has_role(m.oid, o.grantee, 'MEMBER'))
        AND pg_catalog.has_schema_privilege(m.oid, o.schema, 'USAGE')
    ) AS reaches
  FROM (SELECT DISTINCT p.schema, p.relowner, p.grantee FROM open AS p) AS o
)
SELECT n.nspname::text, c.relname::text, r.rolname::text, o.privilege_type::text, o.columns, w.reaches
FROM open AS o
INNER JOIN pg_catalog.pg_class AS c ON c.oid = o.oid
INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = o.schema
INNER JOIN reached AS w ON w.schema = o.schema AND w.relowner = o.relowner AND w.grantee = o.grantee
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = o.grantee
ORDER BY 1, 2, 3 NULLS FIRST, 4, 5
