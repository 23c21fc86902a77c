-- A sample of a table, for discovery: of at most 10,000 rows the 1,000 most frequent values of each column, cut after 256
-- characters. Only what the installation recorded; an empty database is the one of the views.
--
-- The columns stand one on a line, each behind a letter for how it becomes text: b truth values, s SUPER, z instants, t the
-- rest. A procedure answers no rows: they are put into a table, from which the caller reads them before it takes all of this
-- back. Should it not, they are gone with the next sample, and nobody else may read them.
CREATE OR REPLACE PROCEDURE {procedures}.sample(
  p_database VARCHAR(128), p_schema VARCHAR(128), p_table VARCHAR(128), p_columns VARCHAR(65535), p_rows INTEGER
)
AS $scrim$
DECLARE
  v_allowed INTEGER;
  v_table VARCHAR(1024) := '"' || REPLACE(p_schema, '"', '""') || '"."' || REPLACE(p_table, '"', '""') || '"';
  v_most INTEGER := CASE WHEN p_rows BETWEEN 1 AND 10000 THEN p_rows ELSE 10000 END;
  v_at INTEGER := 1;
  v_line VARCHAR(256);
  v_name VARCHAR(300);
  v_names VARCHAR(65535) := '';
  v_numbers VARCHAR(65535) := '';
  v_values VARCHAR(65535) := '';
BEGIN
  SELECT COUNT(*) INTO v_allowed FROM {system}.sampled AS s
  WHERE s.database_name = p_database AND p_schema LIKE s.schema_name ESCAPE '@' AND p_table LIKE s.table_name ESCAPE '@'
    AND p_schema NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text}, 'information_schema')
    AND LEFT(p_schema, 3) <> 'pg_';
  IF v_allowed = 0 THEN
    RAISE EXCEPTION 'SC008: the table %.% may not be sampled: it is not governed, and its schema not monitored', p_schema, p_table;
  END IF;
  IF LENGTH(p_database) > 0 THEN
    v_table := '"' || REPLACE(p_database, '"', '""') || '".' || v_table;
  END IF;
  LOOP
    v_line := SPLIT_PART(p_columns, CHR(10), v_at);
    EXIT WHEN COALESCE(LENGTH(v_line), 0) = 0;
    v_name := 't."' || REPLACE(SUBSTRING(v_line, 2), '"', '""') || '"';
    v_names := v_names || CASE WHEN v_at = 1 THEN '' ELSE ', ' END || v_name;
    v_numbers := v_numbers || CASE WHEN v_at = 1 THEN 'SELECT 1 AS place' ELSE ' UNION ALL SELECT ' || v_at::VARCHAR(8) END;
    v_values := v_values || ' WHEN ' || v_at::VARCHAR(8) || ' THEN ' || CASE LEFT(v_line, 1)
      WHEN 'b' THEN 'CASE WHEN ' || v_name || ' THEN ''true'' WHEN NOT ' || v_name || ' THEN ''false'' END'
      WHEN 's' THEN 'LEFT(JSON_SERIALIZE(' || v_name || '), 256)'
      WHEN 'z' THEN 'CAST(TIMEZONE(''UTC'', ' || v_name || ') AS VARCHAR(64))'
      ELSE 'LEFT(CAST(' || v_name || ' AS VARCHAR(65535)), 256)' END;
    v_at := v_at + 1;
  END LOOP;
  DELETE FROM {system}.sample;
  IF v_at > 1 THEN
    EXECUTE 'INSERT INTO "' || REPLACE({system:text}, '"', '""') || '".sample (place, value, counted, total) '
      || 'SELECT r.place, r.value, r.counted, r.total FROM (SELECT g.place, g.value, g.counted, '
      || 'SUM(g.counted) OVER (PARTITION BY g.place) AS total, '
      || 'ROW_NUMBER() OVER (PARTITION BY g.place ORDER BY g.counted DESC, g.value) AS turn FROM ('
      || 'SELECT x.place, x.value, COUNT(*) AS counted FROM (SELECT k.place, CASE k.place' || v_values || ' END AS value FROM ('
      || 'SELECT ' || v_names || ' FROM ' || v_table || ' AS t LIMIT ' || v_most::VARCHAR(8) || ') AS t CROSS JOIN ('
      || v_numbers || ') AS k) AS x GROUP BY x.place, x.value) AS g) AS r WHERE r.turn <= 1000 OR r.value IS NULL';
  END IF;
END;
$scrim$ LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
