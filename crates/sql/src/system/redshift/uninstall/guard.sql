-- Schemas of routines are dropped with what is in them: in the same transaction it is made sure that this is Scrim's.
CREATE SCHEMA scrim_uninstall
;;
CREATE PROCEDURE scrim_uninstall.guard()
AS $scrim$
DECLARE
  v_row RECORD;
  v_found VARCHAR(1024);
BEGIN
  SELECT MIN(n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128)) INTO v_found FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
  WHERE n.nspname IN ({functions:text}, {procedures:text});
  IF v_found IS NOT NULL THEN
    RAISE EXCEPTION 'the relation % stands in a schema of routines: move it elsewhere', v_found;
  END IF;
  FOR v_row IN
{strangers}
  LOOP
    RAISE EXCEPTION 'the % was not made by Scrim, and is in the way', v_row.object;
  END LOOP;
END;
$scrim$ LANGUAGE plpgsql
;;
CALL scrim_uninstall.guard()
;;
DROP PROCEDURE scrim_uninstall.guard()
;;
DROP SCHEMA scrim_uninstall
