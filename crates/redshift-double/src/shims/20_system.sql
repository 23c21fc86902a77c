-- The double's own schema: only the superuser sees into it.
CREATE SCHEMA redshift_double;
REVOKE ALL ON SCHEMA redshift_double FROM PUBLIC;
CREATE EXTENSION dblink SCHEMA redshift_double;
CREATE EXTENSION postgres_fdw SCHEMA redshift_double;
-- Out of a function of somebody else's, a name in this schema is found; called is nothing of it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA redshift_double FROM PUBLIC;
CREATE TABLE redshift_double.control (double_at text NOT NULL, postgresql_at text NOT NULL);
-- Late-binding views and the schemas in which their names are looked up as the reader.
CREATE TABLE redshift_double.late_view (view oid PRIMARY KEY, schemas text[] NOT NULL);
-- The columns of every view, to be compared when it is replaced.
CREATE TABLE redshift_double.view_columns (view oid PRIMARY KEY, columns text NOT NULL);
-- Schemas declared to be external ones.
CREATE TABLE redshift_double.external_schema (name text PRIMARY KEY);

-- Fails in the place of a statement: the double puts the error that is meant in the place of this one.
CREATE FUNCTION pg_catalog.redshift_double_fail(text) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$ BEGIN RAISE EXCEPTION '%', $1; END $$;

-- Asks the double for a text that a procedure is about to execute. The answer is one row: an error code, or what to
-- do before, what to execute, and which relations are read.
CREATE FUNCTION pg_catalog.redshift_double_ask(asked text) RETURNS text[] LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  answer text[];
  parts text[];
BEGIN
  IF NOT coalesce('redshift_double' = ANY (redshift_double.dblink_get_connections()), false) THEN
    PERFORM redshift_double.dblink_connect('redshift_double',
      (SELECT c.double_at FROM redshift_double.control AS c) || ' dbname=' || redshift_double.quoted(current_database()));
  END IF;
  SELECT ARRAY[r.code, r.message, r.detail, r.hint, r.sql, r.late, r.relations] INTO answer
  FROM redshift_double.dblink('redshift_double',
    current_setting('redshift.enable_case_sensitive_identifier') || ' ' || encode(convert_to(asked, 'UTF8'), 'hex')
  ) AS r (code text, message text, detail text, hint text, sql text, late text, relations text);
  RETURN answer;
END
$$;
CREATE FUNCTION redshift_double.quoted(text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT chr(39) || replace(replace($1, chr(92), repeat(chr(92), 2)), chr(39), chr(92) || chr(39)) || chr(39) $$;

-- In the place of the text behind EXECUTE.
CREATE FUNCTION pg_catalog.redshift_double(asked text) RETURNS text LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  answer text[];
  missing text;
BEGIN
  IF asked IS NULL THEN
    RAISE EXCEPTION 'cannot EXECUTE a null querystring' USING ERRCODE = '22004';
  END IF;
  answer := pg_catalog.redshift_double_ask(asked);
  IF answer[1] IS NOT NULL THEN
    RAISE EXCEPTION '%', answer[2] USING ERRCODE = answer[1], DETAIL = coalesce(answer[3], ''), HINT = coalesce(answer[4], '');
  END IF;
  IF answer[6] IS NOT NULL THEN
    PERFORM pg_catalog.set_config('redshift_double.late', answer[6], true);
  END IF;
  IF answer[7] IS NOT NULL THEN
    PERFORM pg_catalog.redshift_double_late(answer[7]);
  END IF;
  RETURN answer[5];
END
$$;

-- The first schema that somebody may not look into and that one of these views, or one below them, looks into.
CREATE FUNCTION pg_catalog.redshift_double_missing(names text[], asker name) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
AS $$
  WITH RECURSIVE reached AS (
    SELECT pg_catalog.to_regclass(n)::oid AS oid FROM unnest(names) AS n
    UNION
    SELECT d.refobjid FROM reached AS v
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = v.oid
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass
  )
  SELECT s.schema FROM reached AS r JOIN redshift_double.late_view AS l ON l.view = r.oid
  CROSS JOIN unnest(l.schemas) WITH ORDINALITY AS s(schema, at)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = s.schema
  WHERE NOT pg_catalog.has_schema_privilege(asker, n.oid, 'USAGE')
  ORDER BY s.at LIMIT 1
$$;

-- Late-binding views look up their names as the reader.
CREATE FUNCTION pg_catalog.redshift_double_late(names text) RETURNS void LANGUAGE plpgsql STABLE
AS $$
DECLARE
  missing text := pg_catalog.redshift_double_missing(names::text[], current_user);
BEGIN
  IF missing IS NOT NULL THEN
    -- Behind the database, should there be one.
    RAISE EXCEPTION 'permission denied for schema %', reverse(split_part(reverse(missing), '.', 1)) USING ERRCODE = '42501';
  END IF;
END
$$;

-- After every change of definitions.
CREATE FUNCTION redshift_double.changed() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  made record;
  now_columns text;
  known text;
  late jsonb := nullif(current_setting('redshift_double.late', true), '')::jsonb;
BEGIN
  FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF made.command_tag = 'CREATE PROCEDURE' THEN
      -- Unlike functions, procedures are for nobody else at first.
      IF EXISTS (SELECT FROM pg_proc AS p WHERE p.oid = made.objid AND p.proacl IS NULL) THEN
        EXECUTE 'REVOKE ALL ON PROCEDURE ' || made.object_identity || ' FROM PUBLIC';
      END IF;
    ELSIF made.classid = 'pg_class'::regclass
      AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = made.objid AND c.relkind = 'v') THEN
      SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
      INTO now_columns FROM pg_attribute AS a WHERE a.attrelid = made.objid AND a.attnum > 0 AND NOT a.attisdropped;
      IF made.command_tag = 'CREATE VIEW' THEN
        SELECT v.columns INTO known FROM redshift_double.view_columns AS v WHERE v.view = made.objid;
        IF known <> now_columns THEN
          RAISE EXCEPTION 'cannot change number, names or data types of columns in view %', made.object_identity
          USING ERRCODE = '42P16', DETAIL = 'It has ' || known || ' and would have ' || now_columns || '.',
            HINT = 'Redshift replaces a view only by one with the same columns: drop it and create it anew.';
        END IF;
        DELETE FROM redshift_double.late_view AS l WHERE l.view = made.objid;
        IF late IS NOT NULL THEN
          INSERT INTO redshift_double.late_view SELECT made.objid, ARRAY(SELECT jsonb_array_elements_text(late));
        END IF;
      END IF;
      INSERT INTO redshift_double.view_columns VALUES (made.objid, now_columns)
      ON CONFLICT (view) DO UPDATE SET columns = excluded.columns;
    END IF;
  END LOOP;
  IF late IS NOT NULL THEN
    PERFORM set_config('redshift_double.late', '', true);
  END IF;
END
$$;
CREATE FUNCTION redshift_double.dropped() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM redshift_double.view_columns AS v USING pg_event_trigger_dropped_objects() AS o
  WHERE o.classid = 'pg_class'::regclass AND o.objid = v.view;
  DELETE FROM redshift_double.late_view AS v USING pg_event_trigger_dropped_objects() AS o
  WHERE o.classid = 'pg_class'::regclass AND o.objid = v.view;
END
$$;
CREATE EVENT TRIGGER redshift_double_changed ON ddl_command_end EXECUTE FUNCTION redshift_double.changed();
CREATE EVENT TRIGGER redshift_double_dropped ON sql_drop EXECUTE FUNCTION redshift_double.dropped();
