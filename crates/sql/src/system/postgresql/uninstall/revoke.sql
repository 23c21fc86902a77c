-- Takes back what the owner was given to read the data. What somebody else granted only they, or a superuser in their
-- place, can take back; what is left is looked at afterwards.
DO $scrim$
DECLARE
  v record;
BEGIN
  FOR v IN
{held}
  LOOP
    BEGIN
      IF v.apart AND (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
        EXECUTE pg_catalog.format('SET LOCAL ROLE %I', v.grantor);
      END IF;
      EXECUTE pg_catalog.format('REVOKE %s ON %s %s FROM %I', v.privilege, v.kind, v.object, {owner:text});
      RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
END $scrim$
