SELECT o.rolname::text, n.nspname::text, r.rolname::text
FROM pg_catalog.pg_default_acl AS d
INNER JOIN pg_catalog.pg_roles AS o ON o.oid = d.defaclrole
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
WHERE d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT' AND a.grantee <> d.defaclrole
  AND (a.grantee = 0 OR (r.rolname <> $2 AND NOT r.rolsuper))
  AND (n.oid IS NULL OR n.nspname = ANY ($1::text[]::name[]))
ORDER BY 1, 2 NULLS FIRST, 3 NULLS FIRST
