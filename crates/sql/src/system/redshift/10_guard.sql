-- A schema for the installation alone, gone at its end. Redshift has no anonymous blocks: what must be decided on the
-- spot is a procedure, and in a schema made here nobody else can have put one.
CREATE SCHEMA scrim_install
;;
-- Refuse what would not be safe to build on, before anything is made.
CREATE PROCEDURE scrim_install.guard()
AS $scrim$
DECLARE
  -- RAISE takes variables only.
  v_owner VARCHAR(128) := {owner:text};
  v_found VARCHAR(1024);
  v_count INTEGER;
BEGIN
  SELECT COUNT(*) INTO v_count FROM pg_catalog.pg_user AS u WHERE u.usename = current_user AND u.usesuper;
  IF v_count = 0 THEN
    RAISE EXCEPTION 'a superuser must install Scrim: the installation makes users and acts as one of them';
  END IF;
  -- Whoever owns a schema can drop and replace what is in it.
  SELECT MIN(n.nspname::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_namespace AS n
  LEFT JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
  WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND (u.usename IS NULL OR u.usename <> {owner:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the schema % exists and does not belong to %: choose another name in the integration', v_found, v_owner;
  END IF;
  -- CREATE TABLE IF NOT EXISTS would take over a table of somebody else, and the readers get all of one schema.
  SELECT MIN(n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
  WHERE n.nspname IN ({system:text}, {views:text}) AND (u.usename IS NULL OR u.usename <> {owner:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the relation % does not belong to %: move it elsewhere', v_found, v_owner;
  END IF;
  -- The schema of procedures is dropped and made anew.
  SELECT MIN(c.relname::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname IN ({functions:text}, {procedures:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the relation % stands in a schema of routines: move it elsewhere', v_found;
  END IF;
  -- Users made before must be no more than what Scrim would have made.
  SELECT MIN(u.usename::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_user AS u
  WHERE u.usename IN ({owner:text}, {user:text}) AND (u.usesuper OR u.usecreatedb);
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the user % is a superuser or may create databases: choose another name in the integration', v_found;
  END IF;
  SELECT MIN(g.user_name::VARCHAR(128) || ' has the role ' || g.role_name::VARCHAR(128)) INTO v_found
  FROM pg_catalog.svv_user_grants AS g WHERE g.user_name IN ({owner:text}, {user:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION '%: users of Scrim must not inherit what others may do', v_found;
  END IF;
  SELECT MIN(u.usename::VARCHAR(128) || ' is in the group ' || g.groname::VARCHAR(128)) INTO v_found
  FROM pg_catalog.pg_user AS u
  INNER JOIN pg_catalog.pg_group AS g
    ON STRPOS(',' || ARRAY_TO_STRING(g.grolist, ',') || ',', ',' || u.usesysid::VARCHAR(16) || ',') > 0
  WHERE u.usename IN ({owner:text}, {user:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION '%: users of Scrim must not inherit what others may do', v_found;
  END IF;
  SELECT MIN(n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner
  WHERE u.usename IN ({owner:text}, {user:text})
    AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_';
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the users of Scrim own %: they must own no data', v_found;
  END IF;
  -- They would open every view to more than the readers from the moment it is made.
  SELECT MIN(d.grantee_name::VARCHAR(128)) INTO v_found FROM pg_catalog.svv_default_privileges AS d
  WHERE d.owner_name = {owner:text} AND d.grantee_name <> {owner:text};
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'default privileges of % give rights to %: take them back', v_owner, v_found;
  END IF;
END;
$scrim$ LANGUAGE plpgsql
;;
CALL scrim_install.guard()
