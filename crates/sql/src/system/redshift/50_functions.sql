-- The hash mask: value, salt. Arguments of SQL functions have no names. Built-in functions are called by their full names: a
-- body is resolved under the search path of whoever calls.
CREATE OR REPLACE FUNCTION {functions}.f_hash(VARCHAR(65535), VARCHAR(128)) RETURNS VARCHAR(64) IMMUTABLE
AS $scrim$ SELECT pg_catalog.SHA2($2 || pg_catalog.RTRIM($1), 256) $scrim$ LANGUAGE sql
;;
{long functions}
