-- What the users may in a database, but for the schemas of this installation where they are: user, privilege, kind, schema,
-- name.
SELECT p.identity_name::VARCHAR(128), p.privilege_type::VARCHAR(32), 'table', p.namespace_name::VARCHAR(128), p.relation_name::VARCHAR(128)
FROM pg_catalog.svv_relation_privileges AS p
WHERE p.identity_type = 'user' AND p.identity_name IN ({owner:text}, {user:text}) AND p.namespace_name NOT IN ({ours})
UNION
SELECT p.identity_name::VARCHAR(128), p.privilege_type::VARCHAR(32), 'schema', p.namespace_name::VARCHAR(128), NULL::VARCHAR(128)
FROM pg_catalog.svv_schema_privileges AS p
WHERE p.identity_type = 'user' AND p.identity_name IN ({owner:text}, {user:text}) AND p.namespace_name NOT IN ({ours})
UNION
SELECT p.identity_name::VARCHAR(128), p.privilege_type::VARCHAR(32), 'column', p.namespace_name::VARCHAR(128),
  p.relation_name::VARCHAR(128) || '.' || p.column_name::VARCHAR(128)
FROM pg_catalog.svv_column_privileges AS p
WHERE p.identity_type = 'user' AND p.identity_name IN ({owner:text}, {user:text}) AND p.namespace_name NOT IN ({ours})
UNION
SELECT p.identity_name::VARCHAR(128), p.privilege_type::VARCHAR(32), 'routine', p.namespace_name::VARCHAR(128), p.function_name::VARCHAR(128)
FROM pg_catalog.svv_function_privileges AS p
WHERE p.identity_type = 'user' AND p.identity_name IN ({owner:text}, {user:text}) AND p.namespace_name NOT IN ({ours})
UNION
-- Of tables that somebody will make: who that is stands in the place of the name.
SELECT d.grantee_name::VARCHAR(128), d.privilege_type::VARCHAR(32), 'default', d.schema_name::VARCHAR(128), d.owner_name::VARCHAR(128)
FROM pg_catalog.svv_default_privileges AS d
WHERE d.grantee_type = 'user' AND d.grantee_name IN ({owner:text}, {user:text}) AND d.owner_name <> d.grantee_name
  AND d.schema_name IS NOT NULL
ORDER BY 1, 3 DESC, 4, 5, 2
