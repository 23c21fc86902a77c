ALTER DEFAULT PRIVILEGES FOR USER "postgres" IN SCHEMA "hr" GRANT SELECT ON TABLES TO "scrim_owner";

ALTER DEFAULT PRIVILEGES FOR USER "postgres" IN SCHEMA "hr" REVOKE SELECT ON TABLES FROM "scrim_owner";

ALTER USER "scrim_owner" PASSWORD DISABLE;

ALTER USER "scrim_system" PASSWORD 'x';

ALTER USER "scrim_system" SESSION TIMEOUT 0;

BEGIN;

CALL "immuta_procedures".apply_profiles(0, 0);

CALL "immuta_procedures".apply_view(0, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 0, 'x', 'x', 'x', 'x', 'x', 'x');

CALL "immuta_procedures".claim(0);

CALL "immuta_procedures".close_source(0, 'x', 'x');

CALL "immuta_procedures".define_statistic(0, 'x', 'x', 'x', 'x');

CALL "immuta_procedures".define_statistic(0, 'x', 'x', NULL, NULL);

CALL "immuta_procedures".drop_view(0, 'x');

CALL "immuta_procedures".hold(0);

CALL "immuta_procedures".installed('x');

CALL "immuta_procedures".look('x', 'x', 'x', 'x', 'x');

CALL "immuta_procedures".record();

CALL "immuta_procedures".refresh(0, 'x');

CALL "immuta_procedures".resolve('x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', NULL);

CALL "immuta_procedures".sample('x', 'x', 'x', 'x', 0);

CALL "immuta_procedures".stale('x', 0);

CALL "immuta_procedures".unintended('x');

CALL scrim_install.guard();

CALL scrim_install.users();

CALL scrim_install.verify();

CALL scrim_uninstall.guard();

COMMIT;

CREATE DATABASE "immuta";

CREATE OR REPLACE FUNCTION "immuta_functions".f_format(VARCHAR(0), VARCHAR(0)) RETURNS VARCHAR(0) IMMUTABLE AS $$ ... $$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION "immuta_functions".f_hash(VARCHAR(0), VARCHAR(0)) RETURNS VARCHAR(0) IMMUTABLE AS $$ ... $$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION "immuta_functions".f_iban(VARCHAR(0), VARCHAR(0)) RETURNS VARCHAR(0) IMMUTABLE AS $$ ... $$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION "immuta_functions".f_luhn(VARCHAR(0)) RETURNS VARCHAR(0) IMMUTABLE AS $$ ... $$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION "immuta_functions".f_sum(VARCHAR(0)) RETURNS BIGINT IMMUTABLE AS $$ ... $$ LANGUAGE sql;

CREATE OR REPLACE PROCEDURE "immuta_procedures".apply_profiles(p_epoch BIGINT, p_batch BIGINT) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".apply_view( p_epoch BIGINT, p_source VARCHAR(0), p_data_source VARCHAR(0), p_view VARCHAR(0), p_columns VARCHAR(0), p_query_1 VARCHAR(0), p_query_2 VARCHAR(0), p_query_3 VARCHAR(0), p_query_4 VARCHAR(0), p_query_5 VARCHAR(0), p_query_6 VARCHAR(0), p_query_7 VARCHAR(0), p_query_8 VARCHAR(0), p_version BIGINT, p_hash VARCHAR(0), p_shape VARCHAR(0), p_audience VARCHAR(0), p_base VARCHAR(0), p_base_columns VARCHAR(0), p_reads VARCHAR(0) ) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".claim(p_epoch INOUT BIGINT) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".close_source(p_epoch BIGINT, p_source VARCHAR(0), p_reason VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".define_statistic( p_epoch BIGINT, p_source VARCHAR(0), p_key VARCHAR(0), p_query VARCHAR(0), p_count_query VARCHAR(0) ) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".drop_view(p_epoch BIGINT, p_source VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".fingerprint(p_view VARCHAR(0), p_fingerprint INOUT VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".hold(p_epoch BIGINT) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".installed(p_installed INOUT VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".look( p_database VARCHAR(0), p_schema VARCHAR(0), p_table VARCHAR(0), p_kind INOUT VARCHAR(0), p_columns INOUT VARCHAR(0) ) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".one_query(p_part VARCHAR(0), p_state INOUT VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".record() AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".refresh(p_epoch BIGINT, p_key VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".resolve( p_source VARCHAR(0), p_database VARCHAR(0), p_schema VARCHAR(0), p_table VARCHAR(0), p_column VARCHAR(0), p_token VARCHAR(0), p_requested_by VARCHAR(0), p_approved_by VARCHAR(0), p_reason VARCHAR(0), p_value INOUT VARCHAR(0) ) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".sample( p_database VARCHAR(0), p_schema VARCHAR(0), p_table VARCHAR(0), p_columns VARCHAR(0), p_rows INTEGER ) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".stale(p_key VARCHAR(0), p_stale INOUT INTEGER) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".system_fingerprint(p_fingerprint INOUT VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE PROCEDURE "immuta_procedures".unintended(p_found INOUT VARCHAR(0)) AS $$ ... $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW "governed"."people" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN p.immuta__userid END) AS username FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g LEFT JOIN (SELECT DISTINCT p.value AS value FROM "immuta_system"."user_profile" AS p WHERE p.kind = 'x' AND p.key = 'x') AS r4 ON r4.value = scrim_t."region" LEFT JOIN (SELECT DISTINCT l."k" AS v0 FROM "hr"."desk" AS l INNER JOIN "immuta_system"."user_profile" AS p ON p.kind = 'x' AND p.immuta__userid = l."login") AS r5 ON r5.v0 = scrim_t."id" WHERE f.c6 = 0 AND g.min_version = 0 AND (f.c1 = 0 OR (r4.value IS NOT NULL)) AND (NOT f.c5 = 0 AND (((scrim_t."id" > (0)) AND (f.username <> 'x')))) AND (f.c1 = 0 OR (NOT f.c5 = 0 AND r5.v0 IS NOT NULL)) AND (scrim_t."seen" > ((CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ) AT TIME ZONE 'x') - INTERVAL 'x')) AND (f.c1 = 0 OR (pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) < 0)) WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."people" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "people"."hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN p.immuta__userid END) AS username FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "people"."hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g LEFT JOIN (SELECT DISTINCT p.value AS value FROM "immuta_system"."user_profile" AS p WHERE p.kind = 'x' AND p.key = 'x') AS r4 ON r4.value = scrim_t."region" LEFT JOIN (SELECT DISTINCT l."k" AS v0 FROM "people"."hr"."desk" AS l INNER JOIN "immuta_system"."user_profile" AS p ON p.kind = 'x' AND p.immuta__userid = l."login") AS r5 ON r5.v0 = scrim_t."id" WHERE f.c6 = 0 AND g.min_version = 0 AND (f.c1 = 0 OR (r4.value IS NOT NULL)) AND (NOT f.c5 = 0 AND (((scrim_t."id" > (0)) AND (f.username <> 'x')))) AND (f.c1 = 0 OR (NOT f.c5 = 0 AND r5.v0 IS NOT NULL)) AND (scrim_t."seen" > ((CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ) AT TIME ZONE 'x') - INTERVAL 'x')) AND (f.c1 = 0 OR (pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) < 0)) WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6 FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g WHERE f.c6 = 0 AND g.min_version = 0 AND 0 = 0 WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN p.immuta__userid END) AS username FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g LEFT JOIN (SELECT DISTINCT p.value AS value FROM "immuta_system"."user_profile" AS p WHERE p.kind = 'x' AND p.key = 'x') AS r4 ON r4.value = scrim_t."region" LEFT JOIN (SELECT DISTINCT l."k" AS v0 FROM "hr"."desk" AS l INNER JOIN "immuta_system"."user_profile" AS p ON p.kind = 'x' AND p.immuta__userid = l."login") AS r5 ON r5.v0 = scrim_t."id" WHERE f.c6 = 0 AND g.min_version = 0 AND (f.c1 = 0 OR (r4.value IS NOT NULL)) AND (NOT f.c5 = 0 AND (((scrim_t."id" > (0)) AND (f.username <> 'x')))) AND (f.c1 = 0 OR (NOT f.c5 = 0 AND r5.v0 IS NOT NULL)) AND (scrim_t."seen" > ((CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ) AT TIME ZONE 'x') - INTERVAL 'x')) AND (f.c1 = 0 OR (pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) < 0)) WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "people"."hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6 FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "people"."hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g WHERE f.c6 = 0 AND g.min_version = 0 AND 0 = 0 WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("id", "ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT scrim_t."id", CAST(CASE WHEN NOT NOT (f.c1 = 0) THEN scrim_t."ssn" ELSE pg_catalog.SHA2(CASE WHEN f.c0 = 0 THEN k1.salt ELSE k0.salt END || pg_catalog.RTRIM(scrim_t."ssn"), 0) END AS VARCHAR(0)), CAST(pg_catalog.SHA2(k2.salt || pg_catalog.RTRIM(scrim_t."mail"), 0) AS VARCHAR(0)), CAST(CASE WHEN NOT NOT ((f.c2 = 0)) THEN scrim_t."phone" ELSE "immuta_functions".f_format(scrim_t."phone", pg_catalog.SHA2(k3.salt || scrim_t."phone", 0)) END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."city" IS NULL OR pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NULL THEN NULL WHEN pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) >= 0 AND scrim_t."city" IN (CAST('x' AS VARCHAR(0)), CAST('x' AS VARCHAR(0))) THEN scrim_t."city" ELSE CASE pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(k4.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) * 0 / 0 WHEN 0 THEN CAST('x' AS VARCHAR(0)) WHEN 0 THEN CAST('x' AS VARCHAR(0)) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR CASE WHEN r0.n = r1.n AND r2.combination IS NOT NULL THEN 0 ELSE 0 END = 0) THEN scrim_t."zip" ELSE NULL END AS VARCHAR(0)), CAST(CASE WHEN scrim_t."born" >= CAST('x' AS DATE) AND scrim_t."born" <= CAST('x' AS DATE) THEN CAST(pg_catalog.DATE_TRUNC('x', CAST(scrim_t."born" AS TIMESTAMP)) AS DATE) END AS DATE), CAST(CASE WHEN scrim_t."pay" IS NOT NULL AND pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0) IS NOT NULL THEN CAST(LEAST(GREATEST(pg_catalog.ROUND(scrim_t."pay", 0) + CAST(pg_catalog.ROUND(CAST("immuta_functions".f_sum(pg_catalog.SHA2(k5.salt || 'x' || CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0)) - 0 AS DECIMAL(0,0)) * 0, 0) AS DECIMAL(0,0)), -0), 0) AS NUMERIC(0,0)) END AS NUMERIC(0,0)), CAST(CASE WHEN CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END >= -0 THEN CAST(CAST(scrim_t."age" AS DECIMAL(0,0)) - pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) - CASE WHEN pg_catalog.MOD(CAST(scrim_t."age" AS DECIMAL(0,0)), 0) < 0 THEN 0 ELSE 0 END AS INTEGER) END AS INTEGER), CAST(pg_catalog.REGEXP_REPLACE(scrim_t."note", 'x', 'x') AS VARCHAR(0)), CAST(CASE WHEN NOT NOT (f.c4 = 0) THEN scrim_t."card" ELSE CASE WHEN pg_catalog.LENGTH(scrim_t."card") > 0 THEN pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card") - 0) || pg_catalog.RIGHT(scrim_t."card", 0) ELSE pg_catalog.REPEAT('x', pg_catalog.LENGTH(scrim_t."card")) END END AS VARCHAR(0)), CAST(CASE WHEN (NOT f.c3 = 0 OR NOT ((scrim_t."id" > (0)))) THEN scrim_t."region" ELSE pg_catalog.UPPER(scrim_t."region") END AS VARCHAR(0)), scrim_t."seen" FROM "people"."hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c0, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c1, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.key = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c2, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c3, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value = 'x' THEN 0 ELSE 0 END) AS c4, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN 0 ELSE 0 END) AS c5, pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c6, pg_catalog.MAX(CASE WHEN p.kind = 'x' THEN p.immuta__userid END) AS username FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k0 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k1 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k2 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k3 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k4 CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM "immuta_system"."salt" AS s WHERE s.source = 'x' AND s.column_name = 'x') AS k5 CROSS JOIN (SELECT pg_catalog.MAX(u.counted) AS n FROM "immuta_system"."statistics" AS u WHERE u.key = 'x') AS r0 CROSS JOIN (SELECT pg_catalog.COUNT(*) AS n FROM "people"."hr"."staff" AS b) AS r1 LEFT JOIN (SELECT DISTINCT r.combination FROM "immuta_system"."released" AS r WHERE r.key = 'x') AS r2 ON r2.combination = pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g LEFT JOIN (SELECT DISTINCT p.value AS value FROM "immuta_system"."user_profile" AS p WHERE p.kind = 'x' AND p.key = 'x') AS r4 ON r4.value = scrim_t."region" LEFT JOIN (SELECT DISTINCT l."k" AS v0 FROM "people"."hr"."desk" AS l INNER JOIN "immuta_system"."user_profile" AS p ON p.kind = 'x' AND p.immuta__userid = l."login") AS r5 ON r5.v0 = scrim_t."id" WHERE f.c6 = 0 AND g.min_version = 0 AND (f.c1 = 0 OR (r4.value IS NOT NULL)) AND (NOT f.c5 = 0 AND (((scrim_t."id" > (0)) AND (f.username <> 'x')))) AND (f.c1 = 0 OR (NOT f.c5 = 0 AND r5.v0 IS NOT NULL)) AND (scrim_t."seen" > ((CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ) AT TIME ZONE 'x') - INTERVAL 'x')) AND (f.c1 = 0 OR (pg_catalog.STRTOL(pg_catalog."substring"(pg_catalog.SHA2(CAST(pg_catalog.LENGTH(CAST(scrim_t."id" AS VARCHAR(0))) AS VARCHAR(0)) || 'x' || CAST(scrim_t."id" AS VARCHAR(0)), 0), 0, 0), 0) < 0)) WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT CAST(scrim_t."ssn" AS VARCHAR(0)), CAST(scrim_t."mail" AS VARCHAR(0)), CAST(scrim_t."phone" AS VARCHAR(0)), CAST(scrim_t."city" AS VARCHAR(0)), CAST(scrim_t."zip" AS VARCHAR(0)), scrim_t."born", scrim_t."pay", scrim_t."age", scrim_t."note", CAST(scrim_t."card" AS VARCHAR(0)), CAST(scrim_t."region" AS VARCHAR(0)), scrim_t."seen" FROM "hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c0 FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g WHERE f.c0 = 0 AND g.min_version = 0 WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "governed"."staff" ("ssn", "mail", "phone", "city", "zip", "born", "pay", "age", "note", "card", "region", "seen") AS SELECT CAST(scrim_t."ssn" AS VARCHAR(0)), CAST(scrim_t."mail" AS VARCHAR(0)), CAST(scrim_t."phone" AS VARCHAR(0)), CAST(scrim_t."city" AS VARCHAR(0)), CAST(scrim_t."zip" AS VARCHAR(0)), scrim_t."born", scrim_t."pay", scrim_t."age", scrim_t."note", CAST(scrim_t."card" AS VARCHAR(0)), CAST(scrim_t."region" AS VARCHAR(0)), scrim_t."seen" FROM "people"."hr"."staff" AS scrim_t CROSS JOIN (SELECT pg_catalog.MAX(CASE WHEN p.kind = 'x' AND p.value IN ('x', 'x') THEN 0 ELSE 0 END) AS c0 FROM "immuta_system"."user_profile" AS p) AS f CROSS JOIN (SELECT pg_catalog.MAX(g.min_version) AS min_version FROM "immuta_system"."gate" AS g WHERE g.source = 'x') AS g WHERE f.c0 = 0 AND g.min_version = 0 WITH NO SCHEMA BINDING;

CREATE OR REPLACE VIEW "immuta_system".user_profile AS SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM "immuta_system".profile AS p CROSS JOIN ( SELECT MAX(CASE WHEN l.value = CAST(CURRENT_USER_ID AS VARCHAR(0)) THEN 0 ELSE 0 END) AS other FROM "immuta_system".profile AS l WHERE l.immuta__userid = current_user AND l.kind = 'x' ) AS o WHERE p.immuta__userid = current_user AND COALESCE(o.other, 0) = 0 AND (p.expires IS NULL OR (p.expires > pg_catalog.TIMEZONE('x', CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ)) AND p.expires > pg_catalog.GETDATE()));

CREATE OR REPLACE VIEW "immuta_system".user_tables AS SELECT t.schema_name, t.view_name FROM "immuta_system".tables AS t INNER JOIN "immuta_system".user_profile AS p ON p.value = t.source WHERE p.kind = 'x' UNION SELECT t.schema_name, t.view_name FROM "immuta_system".tables AS t INNER JOIN "immuta_system".user_profile AS p ON p.value = t.audience WHERE p.kind = 'x';

CREATE PROCEDURE scrim_install.guard() AS $$ ... $$ LANGUAGE plpgsql;

CREATE PROCEDURE scrim_install.users() AS $$ ... $$ LANGUAGE plpgsql;

CREATE PROCEDURE scrim_install.verify() AS $$ ... $$ LANGUAGE plpgsql;

CREATE PROCEDURE scrim_uninstall.guard() AS $$ ... $$ LANGUAGE plpgsql;

CREATE SCHEMA "immuta_procedures" AUTHORIZATION "scrim_owner";

CREATE SCHEMA IF NOT EXISTS "governed" AUTHORIZATION "scrim_owner";

CREATE SCHEMA IF NOT EXISTS "immuta_functions" AUTHORIZATION "scrim_owner";

CREATE SCHEMA IF NOT EXISTS "immuta_system" AUTHORIZATION "scrim_owner";

CREATE SCHEMA scrim_install;

CREATE SCHEMA scrim_uninstall;

CREATE TABLE IF NOT EXISTS "immuta_system".gate ( source VARCHAR(0) NOT NULL, min_version BIGINT NOT NULL ) DISTSTYLE ALL SORTKEY (source);

CREATE TABLE IF NOT EXISTS "immuta_system".installation ( fingerprint VARCHAR(0) NOT NULL ) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS "immuta_system".leader ( since BIGINT NOT NULL ) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS "immuta_system".lease ( epoch BIGINT NOT NULL ) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS "immuta_system".object_state ( source VARCHAR(0) NOT NULL, data_source VARCHAR(0) NOT NULL, view_name VARCHAR(0) NOT NULL, view_oid BIGINT NOT NULL, version BIGINT NOT NULL, hash VARCHAR(0) NOT NULL, shape VARCHAR(0) NOT NULL, fingerprint VARCHAR(0) NOT NULL, base VARCHAR(0) NOT NULL, base_columns VARCHAR(0) NOT NULL, reads VARCHAR(0) NOT NULL, closed VARCHAR(0), pushed_at TIMESTAMP NOT NULL ) DISTSTYLE ALL SORTKEY (source);

CREATE TABLE IF NOT EXISTS "immuta_system".profile ( immuta__userid VARCHAR(0) NOT NULL, kind VARCHAR(0) NOT NULL, key VARCHAR(0) NOT NULL, value VARCHAR(0) NOT NULL, expires TIMESTAMP ) DISTSTYLE ALL SORTKEY (immuta__userid, kind, key);

CREATE TABLE IF NOT EXISTS "immuta_system".profile_stage ( batch BIGINT NOT NULL, added BOOLEAN NOT NULL, immuta__userid VARCHAR(0) NOT NULL, kind VARCHAR(0) NOT NULL, key VARCHAR(0) NOT NULL, value VARCHAR(0) NOT NULL, expires TIMESTAMP ) DISTSTYLE ALL SORTKEY (batch, immuta__userid);

CREATE TABLE IF NOT EXISTS "immuta_system".released ( key VARCHAR(0) NOT NULL, combination VARCHAR(0) NOT NULL ) DISTSTYLE ALL SORTKEY (key, combination);

CREATE TABLE IF NOT EXISTS "immuta_system".salt ( source VARCHAR(0) NOT NULL, column_name VARCHAR(0) NOT NULL, salt VARCHAR(0) NOT NULL ) DISTSTYLE ALL SORTKEY (source, column_name);

CREATE TABLE IF NOT EXISTS "immuta_system".salt_stage ( batch BIGINT NOT NULL, source VARCHAR(0) NOT NULL, column_name VARCHAR(0) NOT NULL, salt VARCHAR(0) NOT NULL ) DISTSTYLE ALL SORTKEY (batch, source);

CREATE TABLE IF NOT EXISTS "immuta_system".sample ( place INTEGER NOT NULL, value VARCHAR(0), counted BIGINT NOT NULL, total BIGINT NOT NULL ) DISTSTYLE EVEN;

CREATE TABLE IF NOT EXISTS "immuta_system".sampled ( database_name VARCHAR(0) NOT NULL, schema_name VARCHAR(0) NOT NULL, table_name VARCHAR(0) NOT NULL ) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS "immuta_system".statistics ( key VARCHAR(0) NOT NULL, source VARCHAR(0) NOT NULL, query VARCHAR(0) NOT NULL, count_query VARCHAR(0) NOT NULL, counted BIGINT, refreshed_at TIMESTAMP ) DISTSTYLE ALL SORTKEY (key);

CREATE TABLE IF NOT EXISTS "immuta_system".tables ( source VARCHAR(0) NOT NULL, audience VARCHAR(0), schema_name VARCHAR(0) NOT NULL, view_name VARCHAR(0) NOT NULL ) DISTSTYLE ALL SORTKEY (source);

CREATE TABLE IF NOT EXISTS "immuta_system".unmasked ( resolved_at TIMESTAMP NOT NULL, login VARCHAR(0) NOT NULL, source VARCHAR(0) NOT NULL, column_name VARCHAR(0) NOT NULL, token VARCHAR(0) NOT NULL, requested_by VARCHAR(0) NOT NULL, approved_by VARCHAR(0) NOT NULL, reason VARCHAR(0) NOT NULL, found BOOLEAN NOT NULL ) DISTSTYLE ALL SORTKEY (resolved_at);

CREATE VIEW "immuta_system".counted AS SELECT k.key, k.source, pg_catalog.SHA2(pg_catalog.SHA2(k.query, 0) || k.count_query, 0) AS definition, k.counted, k.refreshed_at FROM "immuta_system".statistics AS k;

CREATE VIEW "immuta_system".salted AS SELECT k.source, k.column_name FROM "immuta_system".salt AS k;

CREATE VIEW "immuta_system".state AS SELECT s.source, s.data_source, s.view_name, s.view_oid, s.version, s.hash, s.fingerprint, s.base, s.base_columns, s.reads, s.closed, s.pushed_at, g.min_version, t.audience, t.view_name AS listed_as FROM "immuta_system".object_state AS s LEFT JOIN "immuta_system".gate AS g ON g.source = s.source LEFT JOIN "immuta_system".tables AS t ON t.source = s.source;

DELETE FROM "immuta_system".sampled;

DROP DATABASE "immuta";

DROP PROCEDURE scrim_install.guard();

DROP PROCEDURE scrim_install.users();

DROP PROCEDURE scrim_install.verify();

DROP PROCEDURE scrim_uninstall.guard();

DROP SCHEMA IF EXISTS "governed";

DROP SCHEMA IF EXISTS "immuta_functions" CASCADE;

DROP SCHEMA IF EXISTS "immuta_procedures" CASCADE;

DROP SCHEMA IF EXISTS "immuta_system";

DROP SCHEMA scrim_install;

DROP SCHEMA scrim_uninstall;

DROP TABLE IF EXISTS "immuta_system"."gate";

DROP TABLE IF EXISTS "immuta_system"."installation";

DROP TABLE IF EXISTS "immuta_system"."leader";

DROP TABLE IF EXISTS "immuta_system"."lease";

DROP TABLE IF EXISTS "immuta_system"."object_state";

DROP TABLE IF EXISTS "immuta_system"."profile";

DROP TABLE IF EXISTS "immuta_system"."profile_stage";

DROP TABLE IF EXISTS "immuta_system"."released";

DROP TABLE IF EXISTS "immuta_system"."salt";

DROP TABLE IF EXISTS "immuta_system"."salt_stage";

DROP TABLE IF EXISTS "immuta_system"."sample";

DROP TABLE IF EXISTS "immuta_system"."sampled";

DROP TABLE IF EXISTS "immuta_system"."statistics";

DROP TABLE IF EXISTS "immuta_system"."tables";

DROP TABLE IF EXISTS "immuta_system"."unmasked";

DROP USER IF EXISTS "scrim_owner";

DROP USER IF EXISTS "scrim_system";

DROP VIEW "governed"."people";

DROP VIEW "governed"."staff";

DROP VIEW IF EXISTS "immuta_system"."counted";

DROP VIEW IF EXISTS "immuta_system"."salted";

DROP VIEW IF EXISTS "immuta_system"."state";

DROP VIEW IF EXISTS "immuta_system"."user_profile";

DROP VIEW IF EXISTS "immuta_system"."user_tables";

DROP VIEW IF EXISTS "immuta_system".counted;

DROP VIEW IF EXISTS "immuta_system".salted;

DROP VIEW IF EXISTS "immuta_system".state;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "immuta_functions" TO PUBLIC;

GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA "immuta_procedures" TO "scrim_system";

GRANT INSERT ON TABLE "immuta_system".profile_stage, "immuta_system".salt_stage TO "scrim_system";

GRANT SELECT ON ALL TABLES IN SCHEMA "governed" TO PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA "hr" TO "scrim_owner";

GRANT SELECT ON TABLE "governed"."people" TO PUBLIC;

GRANT SELECT ON TABLE "governed"."staff" TO PUBLIC;

GRANT SELECT ON TABLE "hr"."desk" TO "scrim_owner";

GRANT SELECT ON TABLE "hr"."staff" TO "scrim_owner";

GRANT SELECT ON TABLE "immuta_system".profile, "immuta_system".state, "immuta_system".salted, "immuta_system".counted, "immuta_system".sample TO "scrim_system";

GRANT SELECT ON TABLE "immuta_system".user_profile, "immuta_system".user_tables TO PUBLIC;

GRANT USAGE ON LANGUAGE plpgsql, sql TO "scrim_owner";

GRANT USAGE ON SCHEMA "hr" TO "scrim_owner";

GRANT USAGE ON SCHEMA "hr" TO PUBLIC;

GRANT USAGE ON SCHEMA "immuta_system", "immuta_functions", "governed" TO PUBLIC;

GRANT USAGE ON SCHEMA "immuta_system", "immuta_procedures" TO "scrim_system";

INSERT INTO "immuta_system".leader (since) SELECT 0 FROM "immuta_system".leader HAVING COUNT(*) = 0;

INSERT INTO "immuta_system".lease (epoch) SELECT 0 FROM "immuta_system".lease HAVING COUNT(*) = 0;

INSERT INTO "immuta_system".profile_stage (batch, added, immuta__userid, kind, key, value, expires) VALUES (0, false, 'x', 'x', 'x', 'x', 'x'), (0, false, 'x', 'x', 'x', 'x', 'x');

INSERT INTO "immuta_system".profile_stage (batch, added, immuta__userid, kind, key, value, expires) VALUES (0, true, 'x', 'x', 'x', 'x', 'x');

INSERT INTO "immuta_system".profile_stage (batch, added, immuta__userid, kind, key, value, expires) VALUES (0, true, 'x', 'x', 'x', 'x', NULL);

INSERT INTO "immuta_system".released (key, combination) SELECT 'x', q.combination FROM (SELECT pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) AS combination FROM "hr"."staff" AS scrim_t GROUP BY 0 HAVING pg_catalog.COUNT(*) >= 0) AS q;

INSERT INTO "immuta_system".released (key, combination) SELECT 'x', q.combination FROM (SELECT pg_catalog.SHA2(COALESCE(CAST(pg_catalog.LENGTH(scrim_t."zip") AS VARCHAR(0)) || 'x' || scrim_t."zip", 'x') || COALESCE(CAST(pg_catalog.LENGTH(scrim_t."region") AS VARCHAR(0)) || 'x' || scrim_t."region", 'x'), 0) AS combination FROM "people"."hr"."staff" AS scrim_t GROUP BY 0 HAVING pg_catalog.COUNT(*) >= 0) AS q;

INSERT INTO "immuta_system".salt_stage (batch, source, column_name, salt) VALUES (0, 'x', 'x', 'x');

INSERT INTO "immuta_system".sample (place, value, counted, total) SELECT r.place, r.value, r.counted, r.total FROM (SELECT g.place, g.value, g.counted, SUM(g.counted) OVER (PARTITION BY g.place) AS total, ROW_NUMBER() OVER (PARTITION BY g.place ORDER BY g.counted DESC, g.value) AS turn FROM (SELECT x.place, x.value, COUNT(*) AS counted FROM (SELECT k.place, CASE k.place WHEN 0 THEN LEFT(CAST(t."id" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."ssn" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."mail" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."phone" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."city" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."zip" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."born" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."pay" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."age" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."note" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."card" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."region" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."seen" AS VARCHAR(0)), 0) END AS value FROM (SELECT t."id", t."ssn", t."mail", t."phone", t."city", t."zip", t."born", t."pay", t."age", t."note", t."card", t."region", t."seen" FROM "hr"."staff" AS t LIMIT 0) AS t CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0) AS k) AS x GROUP BY x.place, x.value) AS g) AS r WHERE r.turn <= 0 OR r.value IS NULL;

INSERT INTO "immuta_system".sample (place, value, counted, total) SELECT r.place, r.value, r.counted, r.total FROM (SELECT g.place, g.value, g.counted, SUM(g.counted) OVER (PARTITION BY g.place) AS total, ROW_NUMBER() OVER (PARTITION BY g.place ORDER BY g.counted DESC, g.value) AS turn FROM (SELECT x.place, x.value, COUNT(*) AS counted FROM (SELECT k.place, CASE k.place WHEN 0 THEN LEFT(CAST(t."id" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."ssn" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."mail" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."phone" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."city" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."zip" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."born" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."pay" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."age" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."note" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."card" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."region" AS VARCHAR(0)), 0) WHEN 0 THEN LEFT(CAST(t."seen" AS VARCHAR(0)), 0) END AS value FROM (SELECT t."id", t."ssn", t."mail", t."phone", t."city", t."zip", t."born", t."pay", t."age", t."note", t."card", t."region", t."seen" FROM "people"."hr"."staff" AS t LIMIT 0) AS t CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0 UNION ALL SELECT 0) AS k) AS x GROUP BY x.place, x.value) AS g) AS r WHERE r.turn <= 0 OR r.value IS NULL;

INSERT INTO "immuta_system".sampled (database_name, schema_name, table_name) VALUES ('x', 'x', 'x'), ('x', 'x', 'x'), ('x', 'x', 'x'), ('x', 'x', 'x');

RESET enable_case_sensitive_identifier;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "immuta_functions", "immuta_procedures" FROM PUBLIC;

REVOKE ALL ON ALL PROCEDURES IN SCHEMA "immuta_procedures" FROM PUBLIC;

REVOKE ALL ON ALL TABLES IN SCHEMA "immuta_system", "governed" FROM "scrim_system" CASCADE;

REVOKE ALL ON ALL TABLES IN SCHEMA "immuta_system", "governed" FROM PUBLIC;

REVOKE ALL ON SCHEMA "immuta_system", "immuta_functions", "immuta_procedures", "governed" FROM "scrim_system" CASCADE;

REVOKE ALL ON SCHEMA "immuta_system", "immuta_functions", "immuta_procedures", "governed" FROM PUBLIC;

REVOKE ALL ON TABLE "governed"."people" FROM PUBLIC;

REVOKE ALL ON TABLE "governed"."staff" FROM PUBLIC;

REVOKE EXECUTE ON PROCEDURE "immuta_procedures".record() FROM "scrim_system";

REVOKE SELECT ON TABLE "hr"."desk" FROM "scrim_owner";

REVOKE SELECT ON TABLE "hr"."staff" FROM "scrim_owner";

REVOKE USAGE ON LANGUAGE plpgsql, sql FROM "scrim_owner";

REVOKE USAGE ON SCHEMA "hr" FROM "scrim_owner";

ROLLBACK;

SELECT 'x' || n.nspname::VARCHAR(0) || 'x' || p.proname::VARCHAR(0) AS object, NULL::VARCHAR(0) AS built_on FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE n.nspname IN ('x', 'x', 'x', 'x') AND u.usename = 'x' AND (p.proowner <> n.nspowner OR n.nspname IN ('x', 'x')) UNION SELECT 'x' || n.nspname::VARCHAR(0) || 'x' || c.relname::VARCHAR(0), b.nspname::VARCHAR(0) || 'x' || t.relname::VARCHAR(0) FROM pg_catalog.pg_depend AS d INNER JOIN pg_catalog.pg_class AS t ON t."oid" = d.refobjid INNER JOIN pg_catalog.pg_namespace AS b ON b."oid" = t.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.nspowner INNER JOIN pg_catalog.pg_rewrite AS w ON w."oid" = d.objid INNER JOIN pg_catalog.pg_class AS c ON c."oid" = w.ev_class INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace WHERE d.classid = 0 AND d.refclassid = 0 AND u.usename = 'x' AND b.nspname IN ('x', 'x', 'x', 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x') UNION SELECT 'x' || n.nspname::VARCHAR(0) || 'x' || c.relname::VARCHAR(0), b.nspname::VARCHAR(0) || 'x' || p.proname::VARCHAR(0) FROM pg_catalog.pg_depend AS d INNER JOIN pg_catalog.pg_proc AS p ON p."oid" = d.refobjid INNER JOIN pg_catalog.pg_namespace AS b ON b."oid" = p.pronamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.nspowner INNER JOIN pg_catalog.pg_rewrite AS w ON w."oid" = d.objid INNER JOIN pg_catalog.pg_class AS c ON c."oid" = w.ev_class INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace WHERE d.classid = 0 AND d.refclassid = 0 AND u.usename = 'x' AND b.nspname IN ('x', 'x', 'x', 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x') ORDER BY 0, 0;

SELECT 'x' || s.schema_name::VARCHAR(0) FROM pg_catalog.svv_redshift_schemas AS s WHERE s.database_name = current_database() AND LEFT(s.schema_name::VARCHAR(0), 0) <> 'x' AND s.schema_name NOT IN ('x', 'x', 'x', 'x', 'x', 'x', 'x') UNION SELECT 'x' || e.schemaname::VARCHAR(0) FROM pg_catalog.svv_external_schemas AS e UNION SELECT 'x' || t.schema_name::VARCHAR(0) || 'x' || t.table_name::VARCHAR(0) FROM pg_catalog.svv_all_tables AS t WHERE t.database_name = current_database() AND t.schema_name = 'x' UNION SELECT 'x' || p.proname::VARCHAR(0) FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace WHERE n.nspname = 'x' ORDER BY 0;

SELECT 'x', p.namespace_name::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND LOWER(p.identity_name) = LOWER('x') AND p.privilege_type = 'x' AND p.namespace_name NOT IN ('x') UNION SELECT 'x', p.namespace_name::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x') AND p.privilege_type = 'x' AND p.namespace_name NOT IN ('x') ORDER BY 0, 0;

SELECT 'x', p.namespace_name::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND LOWER(p.identity_name) = LOWER('x') AND p.privilege_type = 'x' AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') UNION SELECT 'x', p.namespace_name::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x') AND p.privilege_type = 'x' AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') ORDER BY 0, 0;

SELECT COALESCE(p.identity_name::VARCHAR(0), 'x') AS grantee, p.privilege_type::VARCHAR(0) AS privilege, p.namespace_name::VARCHAR(0) AS object FROM pg_catalog.svv_schema_privileges AS p WHERE p.namespace_name IN ('x', 'x', 'x', 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x') AND NOT (p.identity_type = 'x' AND LOWER(COALESCE(p.identity_name::VARCHAR(0), 'x')) = LOWER('x') AND p.privilege_type = 'x' AND p.namespace_name <> 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x' AND p.privilege_type = 'x' AND p.namespace_name IN ('x', 'x')) UNION ALL SELECT COALESCE(p.identity_name::VARCHAR(0), 'x'), p.privilege_type::VARCHAR(0), p.namespace_name::VARCHAR(0) || 'x' || p.relation_name::VARCHAR(0) FROM pg_catalog.svv_relation_privileges AS p WHERE p.namespace_name IN ('x', 'x', 'x', 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x') AND NOT (p.identity_type = 'x' AND LOWER(COALESCE(p.identity_name::VARCHAR(0), 'x')) = LOWER('x') AND p.privilege_type = 'x' AND (p.namespace_name = 'x' OR (p.namespace_name = 'x' AND p.relation_name IN ('x', 'x')))) AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x' AND p.namespace_name = 'x' AND ((p.privilege_type = 'x' AND p.relation_name IN ('x', 'x', 'x', 'x', 'x')) OR (p.privilege_type = 'x' AND p.relation_name IN ('x', 'x')))) UNION ALL SELECT COALESCE(p.identity_name::VARCHAR(0), 'x'), p.privilege_type::VARCHAR(0), p.namespace_name::VARCHAR(0) || 'x' || p.relation_name::VARCHAR(0) || 'x' || p.column_name::VARCHAR(0) FROM pg_catalog.svv_column_privileges AS p WHERE p.namespace_name IN ('x', 'x', 'x', 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x') UNION ALL SELECT COALESCE(p.identity_name::VARCHAR(0), 'x'), p.privilege_type::VARCHAR(0), p.namespace_name::VARCHAR(0) || 'x' || p.function_name::VARCHAR(0) FROM pg_catalog.svv_function_privileges AS p WHERE p.namespace_name IN ('x', 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x') AND NOT (p.identity_type = 'x' AND LOWER(COALESCE(p.identity_name::VARCHAR(0), 'x')) = LOWER('x') AND p.privilege_type = 'x' AND p.namespace_name = 'x') AND NOT (p.identity_type = 'x' AND COALESCE(p.identity_name::VARCHAR(0), 'x') = 'x' AND p.privilege_type = 'x' AND p.namespace_name = 'x') UNION ALL SELECT COALESCE(p.identity_name::VARCHAR(0), 'x'), p.privilege_type::VARCHAR(0), 'x' || p.database_name::VARCHAR(0) FROM pg_catalog.svv_database_privileges AS p WHERE p.database_name = current_database() AND p.privilege_type NOT IN ('x', 'x', 'x', 'x', 'x') ORDER BY 0, 0, 0;

SELECT COUNT(*) FROM pg_catalog.pg_user AS u WHERE u.usename = current_user AND u.usesuper;

SELECT MAX(t."mail") FROM "hr"."staff" AS t CROSS JOIN "immuta_system".salt AS k WHERE k.source = 'x' AND k.column_name = 'x' AND SHA2(k.salt || RTRIM(t."mail"), 0) = 'x';

SELECT MAX(t."mail") FROM "people"."hr"."staff" AS t CROSS JOIN "immuta_system".salt AS k WHERE k.source = 'x' AND k.column_name = 'x' AND SHA2(k.salt || RTRIM(t."mail"), 0) = 'x';

SELECT c.relname, c."oid", SHA2(u.usename::VARCHAR(0) || 'x' || COALESCE(ARRAY_TO_STRING(c.relacl, 'x'), 'x'), 0), LENGTH(v.definition), SHA2(SUBSTRING(v.definition, 0, 0), 0), SHA2(SUBSTRING(v.definition, 0, 0), 0), SHA2(SUBSTRING(v.definition, 0, 0), 0), SHA2(SUBSTRING(v.definition, 0, 0), 0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner INNER JOIN pg_catalog.pg_views AS v ON v.schemaname = n.nspname AND v.viewname = c.relname WHERE n.nspname = 'x' AND c.relkind = 'x';

SELECT d.database_name, d.database_type FROM svv_redshift_databases AS d;

SELECT g.role_name, g.granted_role_name FROM svv_role_grants AS g ORDER BY 0, 0;

SELECT g.user_name, g.role_name FROM svv_user_grants AS g ORDER BY 0, 0;

SELECT k.key, k.source, k.definition FROM "immuta_system".counted AS k;

SELECT k.source, k.column_name FROM "immuta_system".salted AS k;

SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c."oid" AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('x', 'x', 'x') AND TRANSLATE(n.nspname::VARCHAR(0), 'x', 'x') IN ('x') AND a.attname::VARCHAR(0) <> TRANSLATE(a.attname::VARCHAR(0), 'x', 'x') ORDER BY 0, 0, 0;

SELECT n.nspname, c.relname, c."oid", c.relkind, pg_get_userbyid(c.relowner), CASE WHEN has_schema_privilege('x', n.nspname, 'x') AND has_table_privilege('x', c."oid", 'x') THEN 0 ELSE 0 END, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c."oid" AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('x', 'x', 'x') AND ((n.nspname = 'x' AND c.relname = 'x') OR (n.nspname = 'x' AND c.relname = 'x')) ORDER BY c."oid", a.attnum;

SELECT n.nspname, c.relname, c."oid", c.relkind, pg_get_userbyid(c.relowner), CASE WHEN has_schema_privilege('x', n.nspname, 'x') AND has_table_privilege('x', c."oid", 'x') THEN 0 ELSE 0 END, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c."oid" AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('x', 'x', 'x') AND n.nspname IN ('x', 'x') ORDER BY c."oid", a.attnum;

SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace WHERE c.relkind IN ('x', 'x', 'x') AND TRANSLATE(n.nspname::VARCHAR(0), 'x', 'x') IN ('x') ORDER BY 0, 0;

SELECT n.nspname::VARCHAR(0), c.relname::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace WHERE c.relkind IN ('x', 'x', 'x') AND ((n.nspname = 'x' AND c.relname = 'x')) AND LEFT(n.nspname::VARCHAR(0), 0) <> 'x' AND n.nspname NOT IN ('x', 'x', 'x', 'x', 'x', 'x') AND has_schema_privilege('x', n.nspname, 'x') AND has_table_privilege('x', c."oid", 'x') ORDER BY 0, 0;

SELECT n.nspname::VARCHAR(0), c.relname::VARCHAR(0), CASE c.relkind WHEN 'x' THEN 'x' WHEN 'x' THEN 'x' ELSE 'x' END, c."oid"::BIGINT, CASE WHEN c.relowner = n.nspowner THEN 0 ELSE 0 END FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE n.nspname IN ('x', 'x', 'x', 'x') AND u.usename = 'x' AND c.relkind NOT IN ('x', 'x') ORDER BY 0 DESC;

SELECT n.nspname::VARCHAR(0), pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n WHERE LEFT(n.nspname::VARCHAR(0), 0) <> 'x' AND n.nspname NOT IN ('x', 'x', 'x', 'x', 'x', 'x') ORDER BY 0;

SELECT n.nspname::VARCHAR(0), u.usename::VARCHAR(0) FROM pg_catalog.pg_namespace AS n INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE (n.nspname LIKE 'x' ESCAPE 'x' OR n.nspname LIKE 'x' ESCAPE 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x', 'x') AND LEFT(n.nspname::VARCHAR(0), 0) <> 'x' UNION SELECT n.nspname::VARCHAR(0), u.usename::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner WHERE (n.nspname LIKE 'x' ESCAPE 'x' OR n.nspname LIKE 'x' ESCAPE 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x', 'x') AND LEFT(n.nspname::VARCHAR(0), 0) <> 'x' ORDER BY 0, 0;

SELECT n.nspname::VARCHAR(0), u.usename::VARCHAR(0) FROM pg_catalog.pg_namespace AS n LEFT JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE n.nspname IN ('x', 'x', 'x', 'x') ORDER BY 0;

SELECT p.database_name, p.identity_name, p.identity_type FROM svv_database_privileges AS p WHERE p.privilege_type = 'x' ORDER BY 0, 0, 0;

SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0) FROM pg_catalog.svv_relation_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), NULL::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0) || 'x' || p.column_name::VARCHAR(0) FROM pg_catalog.svv_column_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.function_name::VARCHAR(0) FROM pg_catalog.svv_function_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x') UNION SELECT d.grantee_name::VARCHAR(0), d.privilege_type::VARCHAR(0), 'x', d.schema_name::VARCHAR(0), d.owner_name::VARCHAR(0) FROM pg_catalog.svv_default_privileges AS d WHERE d.grantee_type = 'x' AND d.grantee_name IN ('x', 'x') AND d.owner_name <> d.grantee_name AND d.schema_name IS NOT NULL ORDER BY 0, 0 DESC, 0, 0, 0;

SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0) FROM pg_catalog.svv_relation_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), NULL::VARCHAR(0) FROM pg_catalog.svv_schema_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0) || 'x' || p.column_name::VARCHAR(0) FROM pg_catalog.svv_column_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') UNION SELECT p.identity_name::VARCHAR(0), p.privilege_type::VARCHAR(0), 'x', p.namespace_name::VARCHAR(0), p.function_name::VARCHAR(0) FROM pg_catalog.svv_function_privileges AS p WHERE p.identity_type = 'x' AND p.identity_name IN ('x', 'x') AND p.namespace_name NOT IN ('x', 'x', 'x', 'x') UNION SELECT d.grantee_name::VARCHAR(0), d.privilege_type::VARCHAR(0), 'x', d.schema_name::VARCHAR(0), d.owner_name::VARCHAR(0) FROM pg_catalog.svv_default_privileges AS d WHERE d.grantee_type = 'x' AND d.grantee_name IN ('x', 'x') AND d.owner_name <> d.grantee_name AND d.schema_name IS NOT NULL ORDER BY 0, 0 DESC, 0, 0, 0;

SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM "immuta_system".profile AS p ORDER BY p.immuta__userid;

SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM "immuta_system".profile AS p WHERE p.immuta__userid IN ('x', 'x') ORDER BY p.immuta__userid;

SELECT p.namespace_name, p.privilege_type, p.identity_name, p.identity_type FROM svv_schema_privileges AS p WHERE p.privilege_type IN ('x', 'x') ORDER BY 0, 0, 0, 0;

SELECT p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0), CAST(NULL AS VARCHAR(0)), p.identity_name::VARCHAR(0), p.identity_type::VARCHAR(0) FROM svv_relation_privileges AS p WHERE p.privilege_type = 'x' AND TRANSLATE(p.namespace_name::VARCHAR(0), 'x', 'x') IN ('x') UNION ALL SELECT p.namespace_name::VARCHAR(0), p.relation_name::VARCHAR(0), p.column_name::VARCHAR(0), p.identity_name::VARCHAR(0), p.identity_type::VARCHAR(0) FROM svv_column_privileges AS p WHERE p.privilege_type = 'x' AND TRANSLATE(p.namespace_name::VARCHAR(0), 'x', 'x') IN ('x') ORDER BY 0, 0, 0, 0, 0;

SELECT p.owner_name, p.schema_name, p.grantee_name, p.grantee_type FROM svv_default_privileges AS p WHERE p.privilege_type = 'x' ORDER BY 0, 0, 0, 0;

SELECT q.n FROM (SELECT pg_catalog.COUNT(*) AS n FROM "hr"."staff" AS scrim_t) AS q;

SELECT q.n FROM (SELECT pg_catalog.COUNT(*) AS n FROM "people"."hr"."staff" AS scrim_t) AS q;

SELECT r.name, SUM(r.mark) FROM (SELECT n.nspname::VARCHAR(0) AS name, CAST(STRTOL(LEFT(MD5(COALESCE(c."oid"::BIGINT::VARCHAR(0), 'x') || 'x' || COALESCE(c.relkind::VARCHAR(0), 'x') || 'x' || COALESCE(c.relowner::VARCHAR(0), 'x') || 'x' || COALESCE(c.relname::VARCHAR(0), 'x') || 'x' || COALESCE(ARRAY_TO_STRING(c.relacl, 'x'), 'x')), 0), 0) AS NUMERIC(0, 0)) AS mark FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace WHERE c.relkind IN ('x', 'x', 'x') AND n.nspname IN ('x', 'x') UNION ALL SELECT n.nspname::VARCHAR(0), CAST(STRTOL(LEFT(MD5(COALESCE(a.attrelid::BIGINT::VARCHAR(0), 'x') || 'x' || COALESCE(a.attnum::VARCHAR(0), 'x') || 'x' || COALESCE(a.atttypid::BIGINT::VARCHAR(0), 'x') || 'x' || COALESCE(a.atttypmod::VARCHAR(0), 'x') || 'x' || COALESCE(a.attname::VARCHAR(0), 'x')), 0), 0) AS NUMERIC(0, 0)) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c."oid" AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('x', 'x', 'x') AND n.nspname IN ('x', 'x')) AS r GROUP BY r.name ORDER BY r.name;

SELECT s.place, s.value, s.counted, s.total FROM "immuta_system".sample AS s ORDER BY s.place, s.counted DESC, s.value;

SELECT s.schemaname FROM svv_external_schemas AS s;

SELECT s.source, s.data_source, s.view_name, s.view_oid, s.version, s.hash, s.fingerprint, s.base, s.base_columns, s.reads, s.closed, s.min_version, s.audience, s.listed_as FROM "immuta_system".state AS s ORDER BY s.source;

SELECT s.view_oid FROM "immuta_system".object_state AS s;

SELECT u.usename, CASE WHEN u.usesuper THEN 0 ELSE 0 END FROM pg_catalog.pg_user AS u WHERE u.usename = current_user;

SELECT u.usename, CASE WHEN u.usesuper THEN 0 ELSE 0 END, ARRAY_TO_STRING(u.useconfig, 'x') FROM pg_catalog.pg_user AS u ORDER BY u.usename;

SELECT u.usename::VARCHAR(0) FROM pg_catalog.pg_user AS u WHERE u.usename = 'x' AND u.usename NOT IN ('x', current_user);

SELECT u.usename::VARCHAR(0), 'x' || n.nspname::VARCHAR(0) FROM pg_catalog.pg_namespace AS n INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x') UNION SELECT u.usename::VARCHAR(0), CASE c.relkind WHEN 'x' THEN 'x' ELSE 'x' END || n.nspname::VARCHAR(0) || 'x' || c.relname::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x') AND c.relkind NOT IN ('x', 'x') AND LEFT(n.nspname::VARCHAR(0), 0) <> 'x' UNION SELECT u.usename::VARCHAR(0), 'x' || n.nspname::VARCHAR(0) || 'x' || p.proname::VARCHAR(0) FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = p.proowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x') UNION SELECT u.usename::VARCHAR(0), 'x' || b.datname::VARCHAR(0) FROM pg_catalog.pg_database AS b INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.datdba WHERE u.usename IN ('x', 'x') ORDER BY 0, 0;

SELECT u.usename::VARCHAR(0), 'x' || n.nspname::VARCHAR(0) FROM pg_catalog.pg_namespace AS n INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x') UNION SELECT u.usename::VARCHAR(0), CASE c.relkind WHEN 'x' THEN 'x' ELSE 'x' END || n.nspname::VARCHAR(0) || 'x' || c.relname::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x') AND c.relkind NOT IN ('x', 'x') AND LEFT(n.nspname::VARCHAR(0), 0) <> 'x' UNION SELECT u.usename::VARCHAR(0), 'x' || n.nspname::VARCHAR(0) || 'x' || p.proname::VARCHAR(0) FROM pg_catalog.pg_proc AS p INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = p.proowner WHERE u.usename IN ('x', 'x') AND n.nspname NOT IN ('x', 'x', 'x', 'x') UNION SELECT u.usename::VARCHAR(0), 'x' || b.datname::VARCHAR(0) FROM pg_catalog.pg_database AS b INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.datdba WHERE u.usename IN ('x', 'x') ORDER BY 0, 0;

SELECT u.usename::VARCHAR(0), CASE WHEN u.usename = current_user THEN 'x' WHEN u.usesuper OR u.usecreatedb THEN 'x' END FROM pg_catalog.pg_user AS u WHERE u.usename IN ('x', 'x');

SELECT u.usename::VARCHAR(0), n.nspname::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner WHERE c.relname = 'x' AND c.relkind = 'x' AND n.nspname NOT IN ('x') ORDER BY 0, 0;

SELECT u.usename::VARCHAR(0), n.nspname::VARCHAR(0) FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner WHERE c.relname = 'x' AND c.relkind = 'x' AND n.nspname NOT IN ('x', 'x', 'x', 'x') ORDER BY 0, 0;

SELECT u.usename::VARCHAR(0), u.usesysid FROM pg_catalog.pg_user AS u;

SELECT u.usename::VARCHAR(0), u.usesysid FROM pg_catalog.pg_user AS u WHERE u.usename IN ('x', 'x');

SET LOCAL SESSION AUTHORIZATION "scrim_owner";

SET LOCAL SESSION AUTHORIZATION DEFAULT;

SET datestyle TO 'x';

SET enable_case_sensitive_identifier TO off;

SET search_path TO pg_catalog;

SET statement_timeout TO 0;

SHOW enable_case_sensitive_identifier;
