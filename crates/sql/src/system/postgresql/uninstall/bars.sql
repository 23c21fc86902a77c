-- What else the roles own or may, here and in other databases: the role, and what it is.
SELECT DISTINCT r.rolname, CASE WHEN d.dbid IN (0, h.oid) THEN o.type || ' ' || o.identity
  ELSE 'things in the database ' || pg_catalog.quote_ident(b.datname) END
FROM pg_catalog.pg_shdepend AS d
INNER JOIN pg_catalog.pg_roles AS r ON d.refclassid = 'pg_catalog.pg_authid'::regclass AND d.refobjid = r.oid
INNER JOIN pg_catalog.pg_database AS h ON h.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_database AS b ON b.oid = d.dbid
LEFT JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) AS o ON d.dbid IN (0, h.oid)
LEFT JOIN pg_catalog.pg_namespace AS n
  ON n.nspname = CASE WHEN d.classid = 'pg_catalog.pg_namespace'::regclass THEN o.name ELSE o.schema END
  AND pg_catalog.pg_get_userbyid(n.nspowner) = {owner:text}
  AND n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
WHERE r.rolname IN ({owner:text}, {user:text}, {scanner:text})
  -- What goes anyway.
  AND NOT (d.dbid = h.oid AND n.oid IS NOT NULL)
  AND NOT ({before} AND d.dbid = h.oid AND d.deptype = 'a' AND r.rolname = {owner:text}
    AND d.classid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_default_acl'::regclass))
ORDER BY 1, 2
