-- What others may do with all this: nothing at first, whatever somebody's default privileges say.
DO $scrim$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT DISTINCT p.kind, p.object, p.grantee FROM {system}.privileges AS p WHERE NOT p.intended AND p.kind <> 'MEMBER' LOOP
    -- CASCADE takes what that grantee granted on; it drops no object.
    EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %s CASCADE', v.kind, v.object, v.grantee);
  END LOOP;
END $scrim$
;;
-- Then exactly this.
GRANT USAGE ON SCHEMA {system}, {functions}, {views} TO {readers}
;;
GRANT SELECT ON TABLE {system}.user_profile, {system}.user_tables TO {readers}
;;
GRANT USAGE ON SCHEMA {system}, {functions} TO {scanner}
;;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {functions} TO {readers}, {scanner}
;;
-- What a view calls is called as whoever reads it.
GRANT EXECUTE ON FUNCTION {functions}.f_table_state(oid) TO {user}
;;
GRANT USAGE ON SCHEMA {system}, {procedures} TO {user}
;;
GRANT SELECT ON TABLE {system}.profile, {system}.state, {system}.privileges, {system}.salted TO {user}
;;
GRANT INSERT ON TABLE {system}.profile_stage TO {user}
;;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA {procedures} TO {user}
;;
-- Read back before anything is committed.
DO $scrim$
DECLARE
  v_found text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.format('%s has %s on %s', p.grantee, p.privilege, p.object), ', ') INTO v_found
  FROM {system}.privileges AS p WHERE NOT p.intended AND p.kind <> 'MEMBER';
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'more is granted than intended: %', v_found;
  END IF;
END $scrim$
;;
UPDATE {system}.lease AS l SET fingerprint = {procedures}.system_fingerprint()
;;
RESET ROLE
;;
DO $scrim$
BEGIN
  IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE pg_catalog.format('REVOKE %I, %I FROM %I', {owner:text}, {scanner:text}, current_user);
  END IF;
END $scrim$
