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
GRANT SELECT ON TABLE {system}.profile, {system}.state, {system}.salted, {system}.counted, {system}.sample TO {user}
;;
GRANT INSERT ON TABLE {system}.profile_stage, {system}.salt_stage TO {user}
;;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA {procedures} TO {user}
;;
REVOKE EXECUTE ON PROCEDURE {procedures}.record() FROM {user}
;;
-- From now on, what is changed by hand is noticed.
CALL {procedures}.record()
;;
SET LOCAL SESSION AUTHORIZATION DEFAULT
;;
-- Read back before anything is committed: what others were granted by hand is named, and refused. A superuser sees
-- all of it.
CREATE PROCEDURE scrim_install.verify()
AS $scrim$
DECLARE
  v_row RECORD;
BEGIN
  FOR v_row IN
{unintended}
  LOOP
    RAISE EXCEPTION 'more is granted than intended: % has % on %', v_row.grantee, v_row.privilege, v_row.object;
  END LOOP;
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
