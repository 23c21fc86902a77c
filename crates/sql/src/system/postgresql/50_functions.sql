-- Routines and views of an earlier version must not stay callable.
DO $scrim$
DECLARE
  v_routine text;
BEGIN
  FOR v_routine IN SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {procedures:text}) AND p.prokind = 'p' LOOP
    EXECUTE 'DROP PROCEDURE ' || v_routine;
  END LOOP;
END $scrim$
;;
DROP VIEW IF EXISTS {system}.state, {system}.privileges
;;
-- The hash mask. Its body is parsed here and now: a body given as text would be parsed again where it is
-- inlined, by the search path of whoever reads the view.
CREATE OR REPLACE FUNCTION {functions}.f_hash(value text, salt text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(salt || pg_catalog.rtrim(value), 'UTF8')), 'hex')
;;
-- A view as the server has it: definition, owner, options, privileges, columns, rules and triggers, in one hash.
CREATE OR REPLACE FUNCTION {procedures}.fingerprint(p_view oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
  SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array(
    c.oid, c.relkind, n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner), c.reloptions,
    pg_catalog.pg_get_viewdef(c.oid),
    (SELECT pg_catalog.array_agg(e::text ORDER BY e::text) FROM pg_catalog.unnest(c.relacl) AS e),
    (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attacl) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0),
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid),
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid)
  )::text, 'UTF8')), 'hex')
  FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = p_view
)
;;
-- The views and routines of the system schemas as the server has them, in one hash.
CREATE OR REPLACE FUNCTION {procedures}.system_fingerprint() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array(
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
     c.relname, pg_catalog.pg_get_userbyid(c.relowner), c.reloptions, pg_catalog.pg_get_viewdef(c.oid)) ORDER BY c.relname)
   FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = {system:text} AND c.relkind = 'v'),
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
     pg_catalog.pg_get_userbyid(p.proowner), pg_catalog.pg_get_functiondef(p.oid)) ORDER BY n.nspname, p.oid::regprocedure::text)
   FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
   WHERE n.nspname IN ({functions:text}, {procedures:text}) AND p.prokind IN ('f', 'p'))
)::text, 'UTF8')), 'hex')
