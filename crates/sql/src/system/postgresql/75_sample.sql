-- A sample of a table, for discovery: column, value, rows with it, rows of the sample. Only what the installation recorded, and
-- of at most 10,000 rows the 1,000 most frequent values of each column, cut after 256 characters.
--
-- It reads as the owner may, and runs nobody's code as the owner. Of a watched schema, into which others put what they like,
-- no views and foreign tables; no policies of rows; of types that are not the server's own the output function, and no cast.
CREATE OR REPLACE FUNCTION {procedures}.sample(p_schema text, p_table text, p_columns text[], p_rows integer)
RETURNS TABLE (column_name text, value text, counted bigint, total bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres' SET timezone = 'UTC' SET extra_float_digits = 1
SET bytea_output = 'hex' SET lc_monetary = 'C'
AS $scrim$
DECLARE
  v_table oid;
  v_kind "char";
  v_rows real;
  v_most integer := least(greatest(COALESCE(p_rows, 1), 1), 10000);
  v_values text;
  v_from text;
  v_query text;
  v_a text[];
  v_b text[];
  v_c bigint[];
  v_d bigint[];
BEGIN
  SELECT c.oid, c.relkind, c.reltuples INTO v_table, v_kind, v_rows
  FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = p_schema AND c.relname = p_table AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
    AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text}, 'information_schema')
    AND left(n.nspname, 3) <> 'pg_'
    AND EXISTS (
      SELECT 1 FROM {system}.sampled AS s
      WHERE p_schema LIKE s.schema_name ESCAPE '@' AND p_table LIKE s.table_name ESCAPE '@'
        AND (c.relkind NOT IN ('v', 'f') OR s.table_name <> '%')
    );
  IF v_table IS NULL THEN
    RAISE EXCEPTION 'the table %.% may not be sampled: it is not governed, and its schema not monitored', p_schema, p_table
      USING ERRCODE = 'SC008';
  END IF;
  SELECT string_agg(
    CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace
      THEN format('(%L::text, left(CAST(t.%I AS text), 256))', a.attname, a.attname)
      ELSE format('(%L::text, CASE WHEN t.%I IS NOT NULL THEN left(format(''%%s'', t.%I), 256) END)', a.attname, a.attname, a.attname)
    END, ', ') INTO v_values
  FROM pg_attribute AS a INNER JOIN pg_type AS y ON y.oid = a.atttypid
  WHERE a.attrelid = v_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY (p_columns::name[]);
  IF v_values IS NULL THEN
    RETURN;
  END IF;
  v_from := format('%I.%I AS t', p_schema, p_table);
  v_query := 'SELECT g.name, g.value, g.counted, g.total::bigint FROM ('
    'SELECT x.name, x.value, count(*) AS counted, sum(count(*)) OVER (PARTITION BY x.name) AS total, '
    'row_number() OVER (PARTITION BY x.name ORDER BY count(*) DESC, x.value COLLATE "C") AS place '
    'FROM (SELECT * FROM %s LIMIT ' || v_most || ') AS t CROSS JOIN LATERAL (VALUES ' || replace(v_values, '%', '%%') || ') AS x (name, value) '
    'GROUP BY x.name, x.value) AS g WHERE g.place <= 1000 OR g.value IS NULL';
  IF v_kind IN ('r', 'm') AND v_rows > v_most * 20 THEN
    CALL {system}.scanned(format(v_query, v_from || format(' TABLESAMPLE SYSTEM (%s)', 500.0 * v_most / v_rows)), v_a, v_b, v_c, v_d);
  END IF;
  IF v_a IS NULL THEN
    CALL {system}.scanned(format(v_query, v_from), v_a, v_b, v_c, v_d);
  END IF;
  RETURN QUERY SELECT s.* FROM unnest(v_a, v_b, v_c, v_d) AS s;
END $scrim$
;;
-- Rows of a governed table, as somebody may be shown them: number of the row, column, value, cut after 1,025 characters. Only while
-- the view of the data source stands and is open, of the very table and columns that it was made on, whatever they are called now.
CREATE OR REPLACE FUNCTION {procedures}.sample_rows(p_source text, p_columns text[], p_rows integer)
RETURNS TABLE (row_number bigint, column_name text, value text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres' SET timezone = 'UTC' SET extra_float_digits = 1
SET bytea_output = 'hex' SET lc_monetary = 'C'
AS $scrim$
DECLARE
  v_table oid;
  v_from text;
  v_kept text;
  v_most integer := least(greatest(COALESCE(p_rows, 1), 1), 1000);
  v_count bigint;
  v_names text;
  v_values text;
  v_a text[];
  v_b text[];
  v_c bigint[];
  v_d bigint[];
BEGIN
  SELECT c.oid, format('%I.%I', n.nspname, c.relname), s.base_columns INTO v_table, v_from, v_kept
  FROM {system}.object_state AS s
  INNER JOIN {system}.gate AS g ON g.source = s.source AND g.min_version <= s.version
  INNER JOIN pg_class AS c ON c.oid = s.base_oid
  INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE s.source = p_source AND s.closed IS NULL AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
    AND EXISTS (SELECT 1 FROM pg_class AS w WHERE w.oid = s.view_oid AND w.relkind = 'v');
  SELECT count(*), string_agg(format('t.%I AS c%s', a.attname, a.attnum), ', '), string_agg(
    CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace
      THEN format('(%L::text, left(CAST(r.c%s AS text), 1025))', k.name, a.attnum)
      ELSE format('(%L::text, CASE WHEN r.c%s IS NOT NULL THEN left(format(''%%s'', r.c%s), 1025) END)', k.name, a.attnum, a.attnum)
    END, ', ') INTO v_count, v_names, v_values
  FROM json_each(v_kept::json) AS k (name, kept)
  INNER JOIN pg_attribute AS a ON a.attrelid = v_table AND a.attnum = CAST(k.kept ->> 1 AS smallint) AND NOT a.attisdropped
  INNER JOIN pg_type AS y ON y.oid = a.atttypid
  WHERE k.name = ANY (p_columns);
  IF v_count = 0 OR v_count <> cardinality(p_columns) THEN
    RAISE EXCEPTION 'the data source % has no view with these columns, or is closed', p_source USING ERRCODE = 'SC008';
  END IF;
  CALL {system}.scanned(
    'SELECT x.name, x.value, r.n, 0::bigint FROM (SELECT row_number() OVER () AS n, ' || v_names || ' FROM (SELECT * FROM ' || v_from
      || ' LIMIT ' || v_most || ') AS t) AS r CROSS JOIN LATERAL (VALUES ' || v_values || ') AS x (name, value)',
    v_a, v_b, v_c, v_d);
  RETURN QUERY SELECT s.c, s.a, s.b FROM unnest(v_a, v_b, v_c) AS s (a, b, c);
END $scrim$
