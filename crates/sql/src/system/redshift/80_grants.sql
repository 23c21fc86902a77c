-- What others may do with all this: nothing at first, then exactly the following. One grantee for each statement.
REVOKE ALL ON ALL TABLES IN SCHEMA {system}, {views} FROM PUBLIC
;;
REVOKE ALL ON ALL TABLES IN SCHEMA {system}, {views} FROM {role}{readers}
;;
-- CASCADE takes what that grantee granted on; it drops no object.
REVOKE ALL ON ALL TABLES IN SCHEMA {system}, {views} FROM {user} CASCADE
;;
-- Redshift lets PUBLIC call every new function, and no new procedure.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {functions}, {procedures} FROM PUBLIC
;;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA {procedures} FROM PUBLIC
;;
REVOKE ALL ON SCHEMA {system}, {functions}, {procedures}, {views} FROM PUBLIC
;;
REVOKE ALL ON SCHEMA {system}, {functions}, {procedures}, {views} FROM {role}{readers}
;;
REVOKE ALL ON SCHEMA {system}, {functions}, {procedures}, {views} FROM {user} CASCADE
;;
-- A late-binding view looks up the names in it as the reader, who needs USAGE of their schemas; what stands there is
-- read as the owner of the view.
GRANT USAGE ON SCHEMA {system}, {functions}, {views} TO {role}{readers}
;;
GRANT SELECT ON TABLE {system}.user_profile, {system}.user_tables TO {role}{readers}
;;
-- The guard saw that every relation of this schema is Scrim's. Later ones are granted where they are made.
GRANT SELECT ON ALL TABLES IN SCHEMA {views} TO {role}{readers}
;;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {functions} TO {role}{readers}
;;
GRANT USAGE ON SCHEMA {system}, {procedures} TO {user}
;;
GRANT SELECT ON TABLE {system}.profile, {system}.state, {system}.salted, {system}.counted TO {user}
;;
GRANT INSERT ON TABLE {system}.profile_stage, {system}.salt_stage TO {user}
;;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA {procedures} TO {user}
;;
GRANT EXECUTE ON FUNCTION {procedures}.f_installed() TO {user}
;;
SET LOCAL SESSION AUTHORIZATION DEFAULT
;;
-- Read back before anything is committed: what others were granted by hand is named, and refused. A superuser sees
-- all of it.
CREATE PROCEDURE scrim_install.verify()
AS $scrim$
DECLARE
  v_found VARCHAR(1024);
BEGIN
  SELECT MIN(p.identity_name::VARCHAR(128) || ' has ' || p.privilege_type::VARCHAR(32) || ' on ' || p.namespace_name::VARCHAR(128))
  INTO v_found FROM pg_catalog.svv_schema_privileges AS p
  WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {owner:text})
    AND NOT (p.identity_type = {identity_type} AND LOWER(p.identity_name) = LOWER({readers:text})
      AND p.privilege_type = 'USAGE' AND p.namespace_name <> {procedures:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {user:text}
      AND p.privilege_type = 'USAGE' AND p.namespace_name IN ({system:text}, {procedures:text}));
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'more is granted than intended: %', v_found;
  END IF;
  SELECT MIN(p.identity_name::VARCHAR(128) || ' has ' || p.privilege_type::VARCHAR(32) || ' on '
    || p.namespace_name::VARCHAR(128) || '.' || p.relation_name::VARCHAR(128))
  INTO v_found FROM pg_catalog.svv_relation_privileges AS p
  WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {owner:text})
    AND NOT (p.identity_type = {identity_type} AND LOWER(p.identity_name) = LOWER({readers:text})
      AND p.privilege_type = 'SELECT'
      AND (p.namespace_name = {views:text}
        OR (p.namespace_name = {system:text} AND p.relation_name IN ('user_profile', 'user_tables'))))
    AND NOT (p.identity_type = 'user' AND p.identity_name = {user:text} AND p.namespace_name = {system:text}
      AND ((p.privilege_type = 'SELECT' AND p.relation_name IN ('profile', 'state', 'salted', 'counted'))
        OR (p.privilege_type = 'INSERT' AND p.relation_name IN ('profile_stage', 'salt_stage'))));
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'more is granted than intended: %', v_found;
  END IF;
  -- Grants on single columns stand apart, and none is intended.
  SELECT MIN(p.identity_name::VARCHAR(128) || ' has ' || p.privilege_type::VARCHAR(32) || ' on '
    || p.namespace_name::VARCHAR(128) || '.' || p.relation_name::VARCHAR(128) || '.' || p.column_name::VARCHAR(128))
  INTO v_found FROM pg_catalog.svv_column_privileges AS p
  WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {owner:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'more is granted than intended: %', v_found;
  END IF;
  SELECT MIN(p.identity_name::VARCHAR(128) || ' has ' || p.privilege_type::VARCHAR(32) || ' on '
    || p.namespace_name::VARCHAR(128) || '.' || p.function_name::VARCHAR(128))
  INTO v_found FROM pg_catalog.svv_function_privileges AS p
  WHERE p.namespace_name IN ({functions:text}, {procedures:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {owner:text})
    AND NOT (p.identity_type = {identity_type} AND LOWER(p.identity_name) = LOWER({readers:text})
      AND p.privilege_type = 'EXECUTE' AND p.namespace_name = {functions:text})
    AND NOT (p.identity_type = 'user' AND p.identity_name = {user:text}
      AND p.privilege_type = 'EXECUTE' AND p.namespace_name = {procedures:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'more is granted than intended: %', v_found;
  END IF;
END;
$scrim$ LANGUAGE plpgsql
;;
CALL scrim_install.verify()
;;
DROP PROCEDURE scrim_install.verify()
;;
DROP PROCEDURE scrim_install.users()
;;
DROP PROCEDURE scrim_install.guard()
;;
DROP SCHEMA scrim_install
