-- System views of Redshift, as far as PostgreSQL knows what they tell. What stands for another database here, a
-- schema with a dot in its name, is not shown.
CREATE VIEW pg_catalog.redshift_grantee AS
SELECT 0::oid AS oid, 'public' AS identity_name, 'public' AS identity_type
UNION ALL
SELECT r.oid, r.rolname::text, CASE WHEN r.rolcanlogin THEN 'user' WHEN r.rolconnlimit = 0 THEN 'group' ELSE 'role' END
FROM pg_roles AS r;
CREATE VIEW pg_catalog.svv_roles AS
SELECT r.oid::integer AS role_id, r.rolname::varchar(128) AS role_name, 'rdsdb'::varchar(128) AS role_owner, NULL::varchar(128) AS external_id
FROM pg_roles AS r WHERE NOT r.rolcanlogin AND r.rolconnlimit <> 0 AND r.rolname NOT LIKE 'pg\\_%';
CREATE VIEW pg_catalog.svv_user_grants AS
SELECT u.oid::integer AS user_id, u.rolname::varchar(128) AS user_name, r.oid::integer AS role_id, r.rolname::varchar(128) AS role_name,
  m.admin_option
FROM pg_auth_members AS m JOIN pg_roles AS u ON u.oid = m.member JOIN pg_roles AS r ON r.oid = m.roleid
WHERE u.rolcanlogin AND r.rolconnlimit <> 0;
CREATE VIEW pg_catalog.svv_role_grants AS
SELECT u.oid::integer AS role_id, u.rolname::varchar(128) AS role_name, r.oid::integer AS granted_role_id,
  r.rolname::varchar(128) AS granted_role_name
FROM pg_auth_members AS m JOIN pg_roles AS u ON u.oid = m.member JOIN pg_roles AS r ON r.oid = m.roleid
WHERE NOT u.rolcanlogin;
CREATE VIEW pg_catalog.svv_user_info AS
SELECT r.rolname::varchar(128) AS user_name, r.oid::integer AS user_id, r.rolcreatedb AS createdb, r.rolsuper AS superuser,
  r.rolsuper AS catalog_update,
  CASE WHEN r.rolconnlimit < 0 THEN 'UNLIMITED' ELSE r.rolconnlimit::text END::varchar(4000) AS connection_limit,
  CASE WHEN r.rolsuper THEN 'UNRESTRICTED' ELSE 'RESTRICTED' END::varchar(4000) AS syslog_access,
  NULL::timestamp AS last_ddl_timestamp, 0 AS session_timeout, NULL::varchar(128) AS external_user_id
FROM pg_roles AS r WHERE r.rolcanlogin;
CREATE VIEW pg_catalog.svv_default_privileges AS
SELECT n.nspname::varchar(128) AS schema_name, d.defaclobjtype::text AS object_type, d.defaclrole::integer AS owner_id,
  o.rolname::varchar(128) AS owner_name, 'user'::varchar(32) AS owner_type, a.privilege_type::varchar(32),
  g.oid::integer AS grantee_id, g.identity_name::varchar(128) AS grantee_name, g.identity_type::varchar(32) AS grantee_type,
  a.is_grantable AS admin_option
FROM pg_default_acl AS d JOIN pg_roles AS o ON o.oid = d.defaclrole LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN aclexplode(d.defaclacl) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee;
CREATE VIEW pg_catalog.svv_schema_privileges AS
SELECT n.nspname::varchar(128) AS namespace_name, a.privilege_type::varchar(32), g.oid::integer AS identity_id,
  g.identity_name::varchar(128), g.identity_type::varchar(32), a.is_grantable AS admin_option
FROM pg_namespace AS n CROSS JOIN aclexplode(n.nspacl) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee
WHERE n.nspname NOT LIKE '%.%' AND n.nspname <> 'redshift_double';
CREATE VIEW pg_catalog.svv_database_privileges AS
SELECT d.datname::varchar(128) AS database_name, a.privilege_type::varchar(32), g.oid::integer AS identity_id,
  g.identity_name::varchar(128), g.identity_type::varchar(32), a.is_grantable AS admin_option, 'DATABASE'::varchar(32) AS privilege_scope
FROM pg_database AS d CROSS JOIN aclexplode(d.datacl) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee
WHERE NOT d.datistemplate;
CREATE VIEW pg_catalog.svv_relation_privileges AS
SELECT n.nspname::varchar(128) AS namespace_name, c.relname::varchar(128) AS relation_name, a.privilege_type::varchar(32),
  g.oid::integer AS identity_id, g.identity_name::varchar(128), g.identity_type::varchar(32), a.is_grantable AS admin_option
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN aclexplode(c.relacl) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee
WHERE n.nspname NOT LIKE '%.%' AND n.nspname <> 'redshift_double' AND c.relkind IN ('r', 'v', 'm', 'f', 'p');
CREATE VIEW pg_catalog.svv_column_privileges AS
SELECT n.nspname::varchar(128) AS namespace_name, c.relname::varchar(128) AS relation_name, t.attname::varchar(128) AS column_name,
  a.privilege_type::varchar(32), g.oid::integer AS identity_id, g.identity_name::varchar(128), g.identity_type::varchar(32)
FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN aclexplode(t.attacl) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee
WHERE n.nspname NOT LIKE '%.%' AND n.nspname <> 'redshift_double';
CREATE VIEW pg_catalog.svv_function_privileges AS
SELECT n.nspname::varchar(128) AS namespace_name, p.proname::varchar(128) AS function_name,
  pg_get_function_identity_arguments(p.oid)::varchar AS argument_types, a.privilege_type::varchar(32), g.oid::integer AS identity_id,
  g.identity_name::varchar(128), g.identity_type::varchar(32), a.is_grantable AS admin_option
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) AS a JOIN redshift_grantee AS g ON g.oid = a.grantee
WHERE n.nspname NOT LIKE '%.%' AND n.nspname <> 'redshift_double';
-- A database that came from elsewhere carries a mark.
CREATE VIEW pg_catalog.svv_redshift_databases AS
SELECT d.datname::varchar(128) AS database_name, d.datdba::integer AS database_owner,
  CASE WHEN shobj_description(d.oid, 'pg_database') = 'redshift double: a datashare' THEN 'shared' ELSE 'local' END::varchar(32)
    AS database_type,
  NULL::varchar(65535) AS database_acl, NULL::varchar(128) AS database_options, 'Snapshot Isolation'::varchar(128) AS database_isolation_level
FROM pg_database AS d WHERE NOT d.datistemplate;

-- Of this database only.
CREATE VIEW pg_catalog.svv_redshift_schemas AS
SELECT current_database()::varchar(128) AS database_name, n.nspname::varchar(128) AS schema_name, n.nspowner::integer AS schema_owner,
  CASE WHEN e.name IS NULL THEN 'local' ELSE 'external' END::varchar(16) AS schema_type, NULL::varchar(128) AS schema_acl,
  NULL::varchar(128) AS schema_option
FROM pg_namespace AS n LEFT JOIN redshift_double.external_schema AS e ON e.name = n.nspname
WHERE n.nspname NOT LIKE '%.%' AND n.nspname <> 'redshift_double';

-- What somebody may see of one database, this one.
CREATE FUNCTION redshift_double.local_columns(asker name) RETURNS TABLE (
  database_name varchar(128), schema_name varchar(128), table_name varchar(128), column_name varchar(128), ordinal_position integer,
  column_default varchar(4000), is_nullable varchar(3), data_type varchar(128), character_maximum_length integer,
  numeric_precision integer, numeric_scale integer, remarks varchar(256), relation_type varchar(128), external boolean
) LANGUAGE sql STABLE AS $$
  SELECT current_database(), n.nspname, c.relname, a.attname, a.attnum, pg_get_expr(f.adbin, f.adrelid),
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END,
    CASE WHEN t.typname = 'bpchar' THEN 'character' ELSE format_type(a.atttypid, NULL) END,
    CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 0 THEN a.atttypmod - 4 END,
    CASE t.typname WHEN 'numeric' THEN CASE WHEN a.atttypmod > 0 THEN (a.atttypmod - 4) >> 16 & 65535 ELSE 18 END
      WHEN 'int2' THEN 16 WHEN 'int4' THEN 32 WHEN 'int8' THEN 64 WHEN 'float4' THEN 24 WHEN 'float8' THEN 53 END,
    CASE t.typname WHEN 'numeric' THEN CASE WHEN a.atttypmod > 0 THEN (a.atttypmod - 4) & 65535 ELSE 0 END
      WHEN 'int2' THEN 0 WHEN 'int4' THEN 0 WHEN 'int8' THEN 0 END,
    col_description(c.oid, a.attnum), CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'VIEW' ELSE 'TABLE' END,
    e.name IS NOT NULL
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS f ON f.adrelid = c.oid AND f.adnum = a.attnum
  LEFT JOIN redshift_double.external_schema AS e ON e.name = n.nspname
  WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT LIKE '%.%'
    AND n.nspname NOT IN ('redshift_double', 'pg_toast', 'information_schema', 'pg_catalog')
    AND (has_table_privilege(asker, c.oid, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES') OR has_any_column_privilege(asker, c.oid, 'SELECT'))
    AND has_schema_privilege(asker, n.oid, 'USAGE')
$$;
-- The same of all databases: those beside this one as they were last committed.
CREATE FUNCTION pg_catalog.redshift_double_columns(asker name) RETURNS TABLE (
  database_name varchar(128), schema_name varchar(128), table_name varchar(128), column_name varchar(128), ordinal_position integer,
  column_default varchar(4000), is_nullable varchar(3), data_type varchar(128), character_maximum_length integer,
  numeric_precision integer, numeric_scale integer, remarks varchar(256), relation_type varchar(128), external boolean
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  other name;
BEGIN
  RETURN QUERY SELECT * FROM redshift_double.local_columns(asker);
  FOR other IN SELECT d.datname FROM pg_database AS d
    WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> current_database() ORDER BY 1 LOOP
    RETURN QUERY SELECT * FROM redshift_double.dblink(
      (SELECT c.postgresql_at FROM redshift_double.control AS c) || ' dbname=' || redshift_double.quoted(other),
      'SELECT * FROM redshift_double.local_columns(' || quote_literal(asker::text) || ')'
    ) AS r (
      database_name varchar(128), schema_name varchar(128), table_name varchar(128), column_name varchar(128), ordinal_position integer,
      column_default varchar(4000), is_nullable varchar(3), data_type varchar(128), character_maximum_length integer,
      numeric_precision integer, numeric_scale integer, remarks varchar(256), relation_type varchar(128), external boolean
    );
  END LOOP;
END
$$;
CREATE VIEW pg_catalog.svv_all_columns AS
SELECT c.database_name, c.schema_name, c.table_name, c.column_name, c.ordinal_position, c.column_default, c.is_nullable, c.data_type,
  c.character_maximum_length, c.numeric_precision, c.numeric_scale, c.remarks
FROM redshift_double_columns(current_user) AS c WHERE c.column_name IS NOT NULL;
CREATE VIEW pg_catalog.svv_all_tables AS
SELECT DISTINCT c.database_name, c.schema_name, c.table_name,
  CASE WHEN c.external THEN 'EXTERNAL TABLE' WHEN d.database_type = 'shared' THEN 'SHARED ' || c.relation_type ELSE c.relation_type END::varchar(128)
    AS table_type,
  NULL::varchar(65535) AS table_acl, NULL::varchar(65535) AS remarks
FROM redshift_double_columns(current_user) AS c JOIN svv_redshift_databases AS d ON d.database_name = c.database_name;
CREATE VIEW pg_catalog.svv_external_schemas AS
SELECT n.oid::integer AS esoid, 1 AS eskind, e.name::varchar(128) AS schemaname, n.nspowner::integer AS esowner,
  'external'::varchar(128) AS databasename, NULL::varchar AS esoptions
FROM redshift_double.external_schema AS e JOIN pg_namespace AS n ON n.nspname = e.name;
CREATE VIEW pg_catalog.svv_external_tables AS
SELECT DISTINCT c.database_name AS redshift_database_name, c.schema_name AS schemaname, c.table_name AS tablename, c.relation_type AS tabletype
FROM redshift_double_columns(current_user) AS c WHERE c.external AND c.database_name = current_database();
CREATE VIEW pg_catalog.svv_external_columns AS
SELECT c.database_name AS redshift_database_name, c.schema_name AS schemaname, c.table_name AS tablename, c.column_name AS columnname,
  c.data_type || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || c.character_maximum_length || ')'
    WHEN c.data_type = 'numeric' THEN '(' || c.numeric_precision || ',' || c.numeric_scale || ')' ELSE '' END AS external_type,
  c.ordinal_position AS columnnum, 0 AS part_key, CASE c.is_nullable WHEN 'YES' THEN 'true' ELSE 'false' END::varchar(5) AS is_nullable
FROM redshift_double_columns(current_user) AS c
WHERE c.external AND c.column_name IS NOT NULL AND c.database_name = current_database();
DO $$
DECLARE
  shown name;
BEGIN
  FOR shown IN SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relname LIKE 'svv\\_%' LOOP
    EXECUTE 'GRANT SELECT ON pg_catalog.' || shown || ' TO PUBLIC';
  END LOOP;
END
$$;
GRANT SELECT ON pg_catalog.redshift_grantee TO PUBLIC;
RESET allow_system_table_mods;
