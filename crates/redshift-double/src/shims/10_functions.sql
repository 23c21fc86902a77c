-- Functions of Redshift that PostgreSQL has not, or has with another meaning. In pg_catalog, where they are found
-- whatever the search path; made in template1, from which every database is copied.
SET allow_system_table_mods = on;
SET check_function_bodies = off;
-- Everybody may make things there unless somebody takes it back.
GRANT ALL ON SCHEMA public TO PUBLIC;
ALTER FUNCTION pg_catalog.version() RENAME TO version_of_postgresql;
CREATE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.0 (the Scrim double)'::text $$;
-- Redshift replaces every match.
ALTER FUNCTION pg_catalog.regexp_replace(text, text, text) RENAME TO regexp_replace_first;
CREATE FUNCTION pg_catalog.regexp_replace(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT regexp_replace($1, $2, $3, 'g') $$;
CREATE FUNCTION pg_catalog.regexp_replace(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT regexp_replace($1, $2, '', 'g') $$;
-- Redshift doubles backslashes and has no literals that begin with an E.
ALTER FUNCTION pg_catalog.quote_literal(text) RENAME TO quote_literal_of_postgresql;
CREATE FUNCTION pg_catalog.quote_literal(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT chr(39) || replace(replace($1, chr(92), chr(92) || chr(92)), chr(39), chr(39) || chr(39)) || chr(39) $$;
-- NULL when either is; it takes two.
CREATE FUNCTION pg_catalog.redshift_concat(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 || $2 $$;
CREATE FUNCTION pg_catalog.current_user_id() RETURNS integer LANGUAGE sql STABLE
AS $$ SELECT r.oid::integer FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user $$;
-- The time in the zone of the session, as its page says.
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE
AS $$ SELECT date_trunc('second', statement_timestamp())::timestamp $$;
CREATE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT transaction_timestamp()::timestamp $$;
CREATE FUNCTION pg_catalog.trunc(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::date $$;
-- Of a day it makes a timestamp.
CREATE FUNCTION pg_catalog.dateadd(text, integer, timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $3 + $2 * CAST('1 ' || $1 AS interval) $$;
CREATE FUNCTION pg_catalog.datediff(text, timestamp, timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$
  SELECT CASE
    WHEN $1 IN ('year', 'years', 'y', 'yr') THEN extract(year FROM $3) - extract(year FROM $2)
    WHEN $1 IN ('quarter', 'quarters', 'qtr') THEN (extract(year FROM $3) - extract(year FROM $2)) * 4 + extract(quarter FROM $3) - extract(quarter FROM $2)
    WHEN $1 IN ('month', 'months', 'mon', 'mons') THEN (extract(year FROM $3) - extract(year FROM $2)) * 12 + extract(month FROM $3) - extract(month FROM $2)
    WHEN $1 IN ('week', 'weeks', 'w') THEN (date_trunc('week', $3)::date - date_trunc('week', $2)::date) / 7
    WHEN $1 IN ('day', 'days', 'd') THEN $3::date - $2::date
    WHEN $1 IN ('hour', 'hours', 'h', 'hr') THEN extract(epoch FROM date_trunc('hour', $3) - date_trunc('hour', $2)) / 3600
    WHEN $1 IN ('minute', 'minutes', 'm', 'min') THEN extract(epoch FROM date_trunc('minute', $3) - date_trunc('minute', $2)) / 60
    ELSE extract(epoch FROM date_trunc('second', $3) - date_trunc('second', $2))
  END::bigint
$$;
CREATE FUNCTION pg_catalog.add_months(timestamp, integer) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1 + $2 * interval '1 month' $$;
CREATE FUNCTION pg_catalog.last_day(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT (date_trunc('month', $1) + interval '1 month - 1 day')::date $$;
CREATE FUNCTION pg_catalog.convert_timezone(text, text, timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT
AS $$ SELECT $3 AT TIME ZONE $1 AT TIME ZONE $2 $$;
CREATE FUNCTION pg_catalog.convert_timezone(text, timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT
AS $$ SELECT $2 AT TIME ZONE 'UTC' AT TIME ZONE $1 $$;
CREATE FUNCTION pg_catalog.sha2(text, integer) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
AS $$
  SELECT CASE $2
    WHEN 224 THEN encode(sha224(convert_to($1, 'UTF8')), 'hex')
    WHEN 384 THEN encode(sha384(convert_to($1, 'UTF8')), 'hex')
    WHEN 512 THEN encode(sha512(convert_to($1, 'UTF8')), 'hex')
    ELSE encode(sha256(convert_to($1, 'UTF8')), 'hex')
  END
$$;
-- Numbers only, as long as they fit; Redshift knows other bases than these, too.
CREATE FUNCTION pg_catalog.strtol(text, integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
BEGIN
  IF $2 = 16 THEN
    RETURN ('x' || lpad($1, 16, '0'))::bit(64)::bigint;
  ELSIF $2 = 10 THEN
    RETURN $1::bigint;
  END IF;
  RAISE EXCEPTION 'the Redshift double has STRTOL to the bases 10 and 16 only' USING ERRCODE = '0A000';
END
$$;
CREATE FUNCTION pg_catalog.nvl2(anyelement, anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END $$;
CREATE FUNCTION pg_catalog.len(text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT length($1) $$;
CREATE FUNCTION pg_catalog.charindex(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT strpos($2, $1) $$;
CREATE FUNCTION pg_catalog.replicate(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT repeat($1, $2) $$;
CREATE AGGREGATE pg_catalog.listagg(text, text) (SFUNC = string_agg_transfn, STYPE = internal, FINALFUNC = string_agg_finalfn);
CREATE FUNCTION pg_catalog.redshift_append(text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $2 IS NULL THEN $1 ELSE coalesce($1, '') || $2 END $$;
CREATE AGGREGATE pg_catalog.listagg(text) (SFUNC = redshift_append, STYPE = text);
CREATE FUNCTION pg_catalog.pg_last_query_id() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT -1::bigint $$;
CREATE FUNCTION pg_catalog.user_is_member_of(name, text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT pg_has_role($1, $2, 'member') $$;
CREATE FUNCTION pg_catalog.is_valid_json(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN json_typeof($1::json) = 'object'; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;
CREATE FUNCTION pg_catalog.is_valid_json_array(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN json_typeof($1::json) = 'array'; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;
-- An empty text for a path that is not there.
CREATE FUNCTION pg_catalog.json_extract_path_text(text, text) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT coalesce($1::json #>> ARRAY[$2], '') $$;
CREATE FUNCTION pg_catalog.json_extract_path_text(text, text, text) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT coalesce($1::json #>> ARRAY[$2, $3], '') $$;
CREATE FUNCTION pg_catalog.json_extract_array_element_text(text, integer) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN $2 < 0 THEN '' ELSE coalesce($1::json ->> $2, '') END $$;
CREATE DOMAIN pg_catalog.super AS jsonb;
CREATE FUNCTION pg_catalog.json_parse(text) RETURNS pg_catalog.super LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::jsonb::pg_catalog.super $$;
CREATE FUNCTION pg_catalog.json_serialize(pg_catalog.super) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text $$;
