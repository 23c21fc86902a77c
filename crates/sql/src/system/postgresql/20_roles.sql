-- The role that owns everything Scrim makes. Nobody can log in as it.
DO $scrim$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = {owner:text}) THEN
    CREATE ROLE {owner} NOLOGIN;
  END IF;
END $scrim$
;;
ALTER ROLE {owner} NOLOGIN
;;
-- The role that reads tables of data for what is counted, sampled and looked for in them: see where it does. Nobody can log in as
-- it either, and it may nothing.
DO $scrim$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = {scanner:text}) THEN
    CREATE ROLE {scanner} NOLOGIN;
  END IF;
END $scrim$
;;
ALTER ROLE {scanner} NOLOGIN
;;
-- The login of Scrim: it may call procedures and read what Scrim recorded, and nothing else.
DO $scrim$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = {user:text}) THEN
    CREATE ROLE {user} LOGIN;
  END IF;
END $scrim$
;;
ALTER ROLE {user} LOGIN
;;
-- An administrator who is no superuser must be a member of both while this runs.
DO $scrim$
BEGIN
  IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE pg_catalog.format('GRANT %I, %I TO %I', {owner:text}, {scanner:text}, current_user);
  END IF;
END $scrim$
