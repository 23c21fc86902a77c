-- Whoever owns a table hangs on it what is run with the rights of whoever reads it: functions in a view, policies of rows, and,
-- of any table, what the planner works out of its indexes, checks and statistics. So nothing of somebody's table is read, or
-- planned to be read, by who owns the salts: a query of it is made a view, which may read what its owner may, and the view is
-- read by a role that may nothing else.
GRANT USAGE, CREATE ON SCHEMA {system} TO {scanner}
;;
SET LOCAL ROLE {scanner}
;;
-- What others hang there runs as this role, which owns the function and could have it run as who calls it.
CREATE OR REPLACE FUNCTION {system}.scan(p_view text) RETURNS TABLE (a text, b text, c bigint, d bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
BEGIN
  IF current_user OPERATOR(pg_catalog.<>) CAST({scanner:text} AS pg_catalog.name) THEN
    RAISE EXCEPTION 'tables are read by % only', {scanner:text};
  END IF;
  RETURN QUERY EXECUTE pg_catalog.format('SELECT v.a, v.b, v.c, v.d FROM %I.%I AS v', {system:text}, p_view);
END $scrim$
;;
DO $scrim$
DECLARE
  v record;
BEGIN
  FOR v IN
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.format('%I', pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee
    FROM pg_catalog.pg_proc AS p
    CROSS JOIN LATERAL pg_catalog.aclexplode(COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a
    WHERE p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {system:text}) AND p.proname = 'scan' AND a.grantee <> p.proowner
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %I.scan(text) FROM %s CASCADE', {system:text}, v.grantee);
  END LOOP;
END $scrim$
;;
GRANT EXECUTE ON FUNCTION {system}.scan(text) TO {owner}
;;
SET LOCAL ROLE {owner}
;;
REVOKE CREATE ON SCHEMA {system} FROM {scanner}
;;
-- What a query answers, of at most four columns. What was done meanwhile by what hangs on the table is taken back: the results
-- are kept in variables, and the transaction inside is not.
CREATE OR REPLACE PROCEDURE {system}.scanned(
  p_query text, INOUT p_a text[], INOUT p_b text[], INOUT p_c bigint[], INOUT p_d bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $scrim$
DECLARE
  v_view text := 'scanned ' || pg_backend_pid();
BEGIN
  BEGIN
    EXECUTE format('CREATE VIEW %I.%I (a, b, c, d) AS %s', {system:text}, v_view, p_query);
    EXECUTE format('GRANT SELECT ON TABLE %I.%I TO %I', {system:text}, v_view, {scanner:text});
    SELECT array_agg(s.a), array_agg(s.b), array_agg(s.c), array_agg(s.d) INTO p_a, p_b, p_c, p_d FROM {system}.scan(v_view) AS s;
    RAISE EXCEPTION USING ERRCODE = 'SC010';
  EXCEPTION WHEN SQLSTATE 'SC010' THEN
    NULL;
  END;
END $scrim$
