-- The hash mask: value, salt. Arguments of SQL functions have no names.
CREATE OR REPLACE FUNCTION {functions}.f_hash(VARCHAR(65535), VARCHAR(128)) RETURNS VARCHAR(64) IMMUTABLE
AS $scrim$ SELECT SHA2($2 || RTRIM($1), 256) $scrim$ LANGUAGE sql
;;
{long functions}
