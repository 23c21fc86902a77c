-- Somebody who holds a lock on what is replaced here must not make everybody else wait.
SET LOCAL lock_timeout = '2s'
;;
-- Refuse what would not be safe to build on, before anything is made.
DO $scrim$
DECLARE
  v_found text;
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer < 150000 THEN
    RAISE EXCEPTION 'Scrim needs PostgreSQL 15 or later, and this is %', pg_catalog.current_setting('server_version');
  END IF;
  IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'Scrim needs a database in UTF8, and this one is in %', pg_catalog.current_setting('server_encoding');
  END IF;
  IF {readers:text} <> 'PUBLIC' AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = {readers:text}) THEN
    RAISE EXCEPTION 'the role %, which the integration names as its readers, does not exist', {readers:text};
  END IF;
  -- Whoever owns a schema can drop and replace what is in it.
  SELECT pg_catalog.string_agg(n.nspname, ', ') INTO v_found FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND pg_catalog.pg_get_userbyid(n.nspowner) <> {owner:text};
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the schema % exists and does not belong to %: choose another name in the integration', v_found, {owner:text};
  END IF;
  -- Roles made before must be no more than what Scrim would have made.
  SELECT pg_catalog.string_agg(r.rolname, ', ') INTO v_found FROM pg_catalog.pg_roles AS r
  WHERE r.rolname IN ({owner:text}, {user:text}, {scanner:text}) AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication);
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the role % is a superuser, or may bypass row security, make roles or replicate: choose another name in the integration', v_found;
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('%s is a member of %s', m.rolname, g.rolname), ', ') INTO v_found
  FROM pg_catalog.pg_auth_members AS a
  INNER JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
  INNER JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
  WHERE m.rolname IN ({owner:text}, {user:text}, {scanner:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION '%: roles of Scrim must not inherit what others may do', v_found;
  END IF;
  -- Whoever may become one of them may all that it may. The administrator who runs this may be a member meanwhile.
  SELECT pg_catalog.string_agg(pg_catalog.format('%s is a member of %s', m.rolname, g.rolname), ', ') INTO v_found
  FROM pg_catalog.pg_auth_members AS a
  INNER JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
  INNER JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
  WHERE g.rolname IN ({owner:text}, {user:text}, {scanner:text}) AND m.rolname <> current_user;
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION '%: nobody else may be what Scrim is; take that back', v_found;
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.relname), ', ') INTO v_found
  FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE pg_catalog.pg_get_userbyid(c.relowner) IN ({owner:text}, {user:text}, {scanner:text}) AND c.relkind <> 'i'
    AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    AND n.nspname NOT LIKE 'pg@_%' ESCAPE '@';
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the roles of Scrim own %: they must own no data; what an installation under other names left must be dropped first', v_found;
  END IF;
END $scrim$
