-- Lets the owner read what stands in the schemas that are watched, and what will. What cannot be granted is said, and holds
-- nothing up: whoever made a table must let others read it.
DO $scrim$
DECLARE
  v record;
  w record;
  v_left bigint;
BEGIN
  FOR v IN
    SELECT n.oid, n.nspname, n.nspowner FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname LIKE {pattern} ESCAPE '@' AND pg_catalog.left(n.nspname, 3) <> 'pg_'
      AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text}, 'information_schema')
  LOOP
    BEGIN
      EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', v.nspname, {owner:text});
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END;
    BEGIN
      EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', v.nspname, {owner:text});
    EXCEPTION WHEN insufficient_privilege THEN
      FOR w IN
        SELECT c.relname FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = v.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND NOT pg_catalog.has_table_privilege({owner:text}, c.oid, 'SELECT')
      LOOP
        BEGIN
          EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %I.%I TO %I', v.nspname, w.relname, {owner:text});
        EXCEPTION WHEN insufficient_privilege THEN
          NULL;
        END;
      END LOOP;
    END;
    SELECT pg_catalog.count(*) INTO v_left FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = v.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT (pg_catalog.has_table_privilege({owner:text}, c.oid, 'SELECT') AND pg_catalog.has_schema_privilege({owner:text}, v.oid, 'USAGE'));
    IF v_left > 0 THEN
      RAISE WARNING '% tables of the schema % cannot be read: let their owner run GRANT SELECT on them for %', v_left, v.nspname, {owner:text};
    END IF;
    -- Whoever makes tables there, as far as can be told from those that are there.
    FOR w IN
      SELECT r.rolname FROM pg_catalog.pg_roles AS r
      WHERE pg_catalog.left(r.rolname, 3) <> 'pg_' AND r.rolname NOT IN ({owner:text}, {user:text})
        AND (r.oid = v.nspowner OR r.rolname = current_user
          OR EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = v.oid AND c.relowner = r.oid)
          OR (v.nspowner = 'pg_database_owner'::pg_catalog.regrole
            AND r.oid = (SELECT d.datdba FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())))
    LOOP
      BEGIN
        EXECUTE pg_catalog.format(
          'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', w.rolname, v.nspname, {owner:text}
        );
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'tables that % will make in the schema % cannot be read: let them run ALTER DEFAULT PRIVILEGES IN SCHEMA % GRANT SELECT ON TABLES TO %',
          w.rolname, v.nspname, v.nspname, {owner:text};
      END;
    END LOOP;
  END LOOP;
END $scrim$
