    SELECT 'TABLE' AS kind, 'SELECT' AS privilege, pg_catalog.format('%I.%I', n.nspname, c.relname) AS object,
      pg_catalog.pg_get_userbyid(a.grantor) AS grantor, a.grantor <> c.relowner AS apart
    FROM pg_catalog.pg_class AS c
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
    WHERE pg_catalog.pg_get_userbyid(a.grantee) = {owner:text} AND a.grantee <> c.relowner AND a.privilege_type = 'SELECT'
      AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
      AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    UNION ALL
    SELECT 'SCHEMA', 'USAGE', pg_catalog.format('%I', n.nspname), pg_catalog.pg_get_userbyid(a.grantor), a.grantor <> n.nspowner
    FROM pg_catalog.pg_namespace AS n
    CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
    WHERE pg_catalog.pg_get_userbyid(a.grantee) = {owner:text} AND a.grantee <> n.nspowner AND a.privilege_type = 'USAGE'
      AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    ORDER BY 1 DESC, 3
