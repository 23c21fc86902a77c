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
  -- And what was promised it of tables that others make.
  FOR v IN
    SELECT o.rolname AS maker, n.nspname AS schema FROM pg_catalog.pg_default_acl AS d
    INNER JOIN pg_catalog.pg_roles AS o ON o.oid = d.defaclrole
    INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
    WHERE d.defaclobjtype = 'r' AND pg_catalog.pg_get_userbyid(a.grantee) = {owner:text} AND a.privilege_type = 'SELECT'
  LOOP
    BEGIN
      EXECUTE pg_catalog.format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE SELECT ON TABLES FROM %I', v.maker, v.schema, {owner:text}
      );
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
END $scrim$
