-- Everything that stands in schemas of the owner: schema, kind, name as SQL has it, identity, whether the owner owns it.
SELECT n.nspname, o.type, o.identity, d.objid,
  COALESCE(c.relowner, p.proowner) IS NOT DISTINCT FROM n.nspowner
    OR COALESCE(pg_catalog.pg_get_userbyid(p.proowner) = {scanner:text} AND n.nspname = {system:text}, false)
FROM pg_catalog.pg_namespace AS n
INNER JOIN pg_catalog.pg_depend AS d
  ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid AND d.deptype = 'n'
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS o
LEFT JOIN pg_catalog.pg_class AS c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
  AND pg_catalog.pg_get_userbyid(n.nspowner) = {owner:text}
ORDER BY n.nspname, o.identity
