-- What stands elsewhere and was built on something in schemas of the owner: what, and on which object.
WITH mine AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_namespace AS n
  INNER JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid
  WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND pg_catalog.pg_get_userbyid(n.nspowner) = {owner:text}
), with_types AS (
  SELECT m.classid, m.objid FROM mine AS m
  UNION ALL
  -- The type of a relation's rows, and of arrays of them.
  SELECT 'pg_catalog.pg_type'::regclass, u.oid
  FROM mine AS m
  INNER JOIN pg_catalog.pg_type AS t ON m.classid = 'pg_catalog.pg_class'::regclass AND t.typrelid = m.objid
  CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) AS u (oid)
), dependent AS (
  SELECT m.classid AS on_class, m.objid AS on_object,
    CASE WHEN x.relation IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::regclass END AS classid,
    COALESCE(x.relation, d.objid) AS objid
  FROM with_types AS m
  INNER JOIN pg_catalog.pg_depend AS d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype = 'n'
  -- Of a rule, a constraint, a default, a trigger or a policy it is the relation that somebody knows.
  CROSS JOIN LATERAL (SELECT CASE d.classid
    WHEN 'pg_catalog.pg_rewrite'::regclass THEN (SELECT w.ev_class FROM pg_catalog.pg_rewrite AS w WHERE w.oid = d.objid)
    WHEN 'pg_catalog.pg_constraint'::regclass
      THEN (SELECT NULLIF(k.conrelid, 0) FROM pg_catalog.pg_constraint AS k WHERE k.oid = d.objid)
    WHEN 'pg_catalog.pg_attrdef'::regclass THEN (SELECT f.adrelid FROM pg_catalog.pg_attrdef AS f WHERE f.oid = d.objid)
    WHEN 'pg_catalog.pg_trigger'::regclass THEN (SELECT g.tgrelid FROM pg_catalog.pg_trigger AS g WHERE g.oid = d.objid)
    WHEN 'pg_catalog.pg_policy'::regclass THEN (SELECT y.polrelid FROM pg_catalog.pg_policy AS y WHERE y.oid = d.objid)
  END AS relation) AS x
)
SELECT DISTINCT a.type || ' ' || a.identity, b.type || ' ' || b.identity
FROM dependent AS d
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) AS a
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.on_class, d.on_object, 0) AS b
WHERE NOT EXISTS (SELECT FROM with_types AS m WHERE m.classid = d.classid AND m.objid = d.objid)
ORDER BY 1, 2
