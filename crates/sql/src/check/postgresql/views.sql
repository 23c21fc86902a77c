-- What a view reads, it reads as its owner: whoever may read the view needs no right on the table.
WITH RECURSIVE governed AS (
  SELECT DISTINCT c.oid
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(schema_name, table_name)
  INNER JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name
  INNER JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name
),
above AS (
  SELECT g.oid, g.oid AS base FROM governed AS g
  UNION
  SELECT w.ev_class, a.base
  FROM above AS a
  INNER JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::regclass
  INNER JOIN pg_catalog.pg_rewrite AS w ON w.oid = d.objid
  INNER JOIN pg_catalog.pg_class AS v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
  INNER JOIN pg_catalog.pg_roles AS r ON r.oid = v.relowner AND r.rolname <> $3
)
SELECT n.nspname::text, v.relname::text, r.rolname::text, bn.nspname::text, b.relname::text
FROM above AS a
INNER JOIN pg_catalog.pg_class AS v ON v.oid = a.oid
INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
INNER JOIN pg_catalog.pg_roles AS r ON r.oid = v.relowner
INNER JOIN pg_catalog.pg_class AS b ON b.oid = a.base
INNER JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.relnamespace
-- The governed ones are looked at by themselves.
WHERE a.oid NOT IN (SELECT g.oid FROM governed AS g)
  AND EXISTS (
    SELECT FROM pg_catalog.aclexplode(v.relacl) AS x LEFT JOIN pg_catalog.pg_roles AS m ON m.oid = x.grantee
    WHERE x.privilege_type = 'SELECT' AND x.grantee <> v.relowner AND (x.grantee = 0 OR (m.rolname <> $3 AND NOT m.rolsuper))
  )
ORDER BY 1, 2, 4, 5
