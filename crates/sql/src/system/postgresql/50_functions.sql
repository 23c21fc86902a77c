-- Views and routines of an earlier version, or of somebody else, must not stay callable. The mask stays, for views
-- use it.
DROP VIEW IF EXISTS {system}.state, {system}.privileges
;;
DO $scrim$
DECLARE
  v_routine record;
BEGIN
  FOR v_routine IN
    SELECT p.oid::regprocedure::text AS signature FROM pg_catalog.pg_proc AS p
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND NOT (n.nspname = {functions:text} AND p.proname = 'f_hash' AND pg_catalog.pg_get_function_identity_arguments(p.oid) = 'value text, salt text')
    -- What calls others goes before them.
    ORDER BY p.proname <> 'installed', p.oid DESC
  LOOP
    EXECUTE 'DROP ROUTINE ' || v_routine.signature;
  END LOOP;
END $scrim$
;;
-- The hash mask. Its body is parsed here and now: a body given as text would be parsed again where it is
-- inlined, by the search path of whoever reads the view.
CREATE OR REPLACE FUNCTION {functions}.f_hash(value text, salt text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(salt || pg_catalog.rtrim(value), 'UTF8')), 'hex')
;;
-- A view as the server has it: definition, owner, options, privileges, columns, rules, triggers and what it reads, in
-- one hash. From the catalog alone: to have the definition printed would wait for a lock on every table below.
CREATE OR REPLACE FUNCTION {procedures}.fingerprint(p_view oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
  SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array(
    c.oid, c.relkind, n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner), c.reloptions,
    (SELECT pg_catalog.array_agg(e::text ORDER BY e::text) FROM pg_catalog.unnest(c.relacl) AS e),
    (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attacl) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0),
    (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
       r.rulename, r.ev_type, r.ev_enabled, r.is_instead, r.ev_qual::text, r.ev_action::text) ORDER BY r.rulename)
     FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid),
    (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(b.oid, m.nspname, b.relname) ORDER BY b.oid)
     FROM pg_catalog.pg_class AS b INNER JOIN pg_catalog.pg_namespace AS m ON m.oid = b.relnamespace
     WHERE b.oid IN (
       SELECT d.refobjid FROM pg_catalog.pg_depend AS d INNER JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
       WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND r.ev_class = c.oid)),
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid)
  )::text, 'UTF8')), 'hex')
  FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = p_view
)
;;
-- The relations and routines of the system schemas as the server has them, in one hash.
CREATE OR REPLACE FUNCTION {procedures}.system_fingerprint() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array(
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
     c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner), c.reloptions,
     (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(r.rulename, r.ev_action::text) ORDER BY r.rulename)
      FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid),
     (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid)) ORDER BY c.relname)
   FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = {system:text}),
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
     n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid), p.prokind, pg_catalog.pg_get_userbyid(p.proowner),
     p.prolang, p.prosecdef, p.provolatile, p.proconfig, p.prosrc, p.prosqlbody::text)
     ORDER BY n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
   FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
   WHERE n.nspname IN ({functions:text}, {procedures:text}))
)::text, 'UTF8')), 'hex')
