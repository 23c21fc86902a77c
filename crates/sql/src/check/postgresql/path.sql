WITH path AS (
  SELECT 'public' AS name
  UNION
  SELECT pg_catalog.btrim(p.name, ' "')
  FROM pg_catalog.pg_db_role_setting AS s
  CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting)
  CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(pg_catalog.substr(c.setting, 13), ',') AS p(name)
  WHERE pg_catalog.starts_with(c.setting, 'search_path=')
    AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
)
SELECT DISTINCT n.nspname::text, r.rolname::text
FROM pg_catalog.pg_namespace AS n
INNER JOIN path AS p ON p.name = n.nspname
CROSS JOIN LATERAL pg_catalog.aclexplode(COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) AS a
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
WHERE a.privilege_type = 'CREATE' AND (a.grantee = 0 OR (r.rolname = $1 AND r.oid <> n.nspowner))
ORDER BY 1, 2 NULLS FIRST
