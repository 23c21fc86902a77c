-- Views and routines of an earlier version, or of somebody else, must not stay callable. The functions of masks stay,
-- for views use them.
DROP VIEW IF EXISTS {system}.state, {system}.privileges, {system}.salted
;;
DO $scrim$
DECLARE
  v_routine record;
BEGIN
  FOR v_routine IN
    SELECT p.oid::regprocedure::text AS signature FROM pg_catalog.pg_proc AS p
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND NOT (n.nspname = {functions:text} AND p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' IN (
        'f_hash(value text, salt text)', 'f_digest(value text)', 'f_draw(digest text, place integer)', 'f_sum(digest text)',
        'f_format(value text, seed text)', 'f_luhn(shown text)', 'f_iban(value text, shown text)', 'f_table_state(base oid)'))
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
-- SHA-256 of a text.
CREATE OR REPLACE FUNCTION {functions}.f_digest(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex')
;;
-- 32 bits of a hash, from a place in it, as a number.
CREATE OR REPLACE FUNCTION {functions}.f_draw(digest text, place integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CAST(CAST('x' || pg_catalog.substr(digest, place, 8) AS bit(32)) AS bigint)
;;
-- The sum of the eight numbers that a hash is made of: nearly normally distributed.
CREATE OR REPLACE FUNCTION {functions}.f_sum(digest text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CAST(pg_catalog.sum(CAST(CAST('x' || pg_catalog.substr(digest, i.i * 8 + 1, 8) AS bit(32)) AS bigint)) AS bigint)
  FROM pg_catalog.generate_series(0, 7) AS i (i))
;;
-- A text with each digit, letter and character beyond ASCII replaced by one of its class, drawn from the seed and its
-- place. NULL when it is longer than 64 characters.
CREATE OR REPLACE FUNCTION {functions}.f_format(value text, seed text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN pg_catalog.length(value) <= 64 AND seed IS NOT NULL THEN COALESCE(pg_catalog.string_agg(
    CASE WHEN c.code BETWEEN 48 AND 57 THEN pg_catalog.chr(48 + c.draw % 10)
      WHEN c.code BETWEEN 65 AND 90 THEN pg_catalog.chr(65 + c.draw % 26)
      WHEN c.code BETWEEN 97 AND 122 OR c.code > 127 THEN pg_catalog.chr(97 + c.draw % 26)
      ELSE pg_catalog.substr(value, c.i, 1) END, '' ORDER BY c.i), '') END
  FROM (
    SELECT i.i, pg_catalog.ascii(pg_catalog.substr(value, i.i, 1)) AS code,
      CAST(CAST('x' || pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
        seed || CAST((i.i - 1) / 16 AS text), 'UTF8')), 'hex'), (i.i - 1) % 16 * 4 + 1, 4) AS bit(16)) AS integer) AS draw
    FROM pg_catalog.generate_series(1, LEAST(pg_catalog.length(value), 64)) AS i (i)
  ) AS c)
;;
-- A text with its last digit such that the digits pass Luhn's test.
CREATE OR REPLACE FUNCTION {functions}.f_luhn(shown text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN d.digits = '' THEN shown ELSE
    pg_catalog.left(shown, d.last - 1) || CAST((10 - COALESCE((
      SELECT pg_catalog.sum(CASE WHEN i.i % 2 = 0 THEN v.v WHEN v.v > 4 THEN 2 * v.v - 9 ELSE 2 * v.v END)
      FROM pg_catalog.generate_series(1, pg_catalog.length(d.digits) - 1) AS i (i)
      CROSS JOIN LATERAL (SELECT pg_catalog.ascii(pg_catalog.substr(d.digits, pg_catalog.length(d.digits) - i.i, 1)) - 48) AS v (v)
    ), 0) % 10) % 10 AS text) || pg_catalog.substr(shown, d.last + 1) END
  FROM (SELECT pg_catalog.regexp_replace(shown COLLATE "C", '[^0-9]', '', 'g') AS digits,
    pg_catalog.length(pg_catalog.regexp_replace(shown COLLATE "C", '[^0-9]+$', '')) AS last) AS d)
;;
-- A text in the form of an account number, with the country that it had and the check digits that go with the rest.
CREATE OR REPLACE FUNCTION {functions}.f_iban(value text, shown text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN value COLLATE "C" ~ '^[A-Z][A-Z][0-9][0-9][A-Z0-9 ]+$' AND pg_catalog.length(pg_catalog.replace(value, ' ', '')) BETWEEN 15 AND 34
  THEN pg_catalog.left(value, 2) || pg_catalog.lpad(CAST(98 - (
      SELECT CAST(pg_catalog.string_agg(CASE WHEN c.code >= 65 THEN CAST(c.code - 55 AS text) ELSE pg_catalog.chr(c.code) END, '' ORDER BY c.i) AS numeric) % 97
      FROM (SELECT n.n, i.i, pg_catalog.ascii(pg_catalog.substr(n.n, i.i, 1)) AS code
        FROM (SELECT pg_catalog.replace(pg_catalog.substr(shown, 5), ' ', '') || pg_catalog.left(value, 2) || '00') AS n (n)
        CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.length(n.n)) AS i (i)) AS c
    ) AS text), 2, '0') || pg_catalog.substr(shown, 5)
  ELSE shown END
;;
-- Whether a table was changed since: the counts of its changed rows since counting began, and the files that it is kept
-- in, with every partition and table that inherits from it. NULL, and so never what it was, where nothing is counted. Looked up anew at every query, whatever the
-- reader's session remembers.
CREATE OR REPLACE FUNCTION {functions}.f_table_state(base oid) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $scrim$
BEGIN
  IF current_setting('track_counts') <> 'on' THEN
    RETURN NULL;
  END IF;
  PERFORM pg_stat_clear_snapshot();
  RETURN (
    SELECT string_agg(concat_ws(':', pg_stat_get_db_stat_reset_time(d.oid), c.oid, pg_relation_filenode(c.oid), pg_stat_get_tuples_inserted(c.oid),
      pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid)), ',' ORDER BY c.oid)
    FROM (
      WITH RECURSIVE below (oid) AS (
        SELECT base UNION SELECT i.inhrelid FROM below AS b INNER JOIN pg_inherits AS i ON i.inhparent = b.oid
      )
      SELECT b.oid FROM below AS b
    ) AS t
    INNER JOIN pg_class AS c ON c.oid = t.oid AND c.relkind <> 'p'
    INNER JOIN pg_database AS d ON d.datname = current_database()
    HAVING bool_and(c.relkind IN ('r', 'm'))
  );
END $scrim$
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
   WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}))
)::text, 'UTF8')), 'hex')
