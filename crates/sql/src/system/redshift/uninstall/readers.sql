-- The schemas of a database that readers may look into, and those that owners of other installations may.
SELECT 'readers', p.namespace_name::VARCHAR(128) FROM pg_catalog.svv_schema_privileges AS p
WHERE p.identity_type = {identity_type} AND LOWER(p.identity_name) = LOWER({readers:text}) AND p.privilege_type = 'USAGE'
  AND p.namespace_name NOT IN ({ours})
UNION
SELECT 'others', p.namespace_name::VARCHAR(128) FROM pg_catalog.svv_schema_privileges AS p
WHERE p.identity_type = 'user' AND p.identity_name IN ({others}) AND p.privilege_type = 'USAGE' AND p.namespace_name NOT IN ({ours})
ORDER BY 1, 2
