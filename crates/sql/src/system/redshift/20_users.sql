-- The users of Scrim, where they are not there yet: CREATE USER knows no IF NOT EXISTS.
CREATE PROCEDURE scrim_install.users()
AS $scrim$
DECLARE
  v_count INTEGER;
BEGIN
  SELECT COUNT(*) INTO v_count FROM pg_catalog.pg_user AS u WHERE u.usename = {owner:text};
  IF v_count = 0 THEN
    -- Owns everything Scrim makes. A user and no role, for only users own schemas.
    CREATE USER {owner} PASSWORD DISABLE;
  END IF;
  SELECT COUNT(*) INTO v_count FROM pg_catalog.pg_user AS u WHERE u.usename = {user:text};
  IF v_count = 0 THEN
    -- The login of Scrim: it may call procedures and read what Scrim recorded, and nothing else. An administrator
    -- gives it a password with ALTER USER, or lets the service have temporary credentials through IAM.
    CREATE USER {user} PASSWORD DISABLE;
  END IF;
END;
$scrim$ LANGUAGE plpgsql
;;
CALL scrim_install.users()
;;
-- Nobody logs in as the owner, also when somebody gave it a password meanwhile. Temporary credentials through IAM would
-- still do: no policy there should allow them for its name.
ALTER USER {owner} PASSWORD DISABLE
;;
-- Whoever pushes holds a lock in a transaction: one that hangs, or whose connection was cut off without a word, is ended. A
-- minute is the least that Redshift takes ("CREATE USER").
ALTER USER {user} SESSION TIMEOUT 60
;;
-- Everybody has these unless somebody took them back.
GRANT USAGE ON LANGUAGE plpgsql, sql TO {owner}
