    SELECT COALESCE(p.identity_name::VARCHAR(128), '?') AS grantee, p.privilege_type::VARCHAR(32) AS privilege,
      p.namespace_name::VARCHAR(128) AS object
    FROM pg_catalog.svv_schema_privileges AS p
    WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {owner:text})
      AND NOT (p.identity_type = {identity_type} AND LOWER(COALESCE(p.identity_name::VARCHAR(128), '?')) = LOWER({readers:text})
        AND p.privilege_type = 'USAGE' AND p.namespace_name <> {procedures:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {user:text}
        AND p.privilege_type = 'USAGE' AND p.namespace_name IN ({system:text}, {procedures:text}))
    UNION ALL
    SELECT COALESCE(p.identity_name::VARCHAR(128), '?'), p.privilege_type::VARCHAR(32),
      p.namespace_name::VARCHAR(128) || '.' || p.relation_name::VARCHAR(128)
    FROM pg_catalog.svv_relation_privileges AS p
    WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {owner:text})
      AND NOT (p.identity_type = {identity_type} AND LOWER(COALESCE(p.identity_name::VARCHAR(128), '?')) = LOWER({readers:text})
        AND p.privilege_type = 'SELECT'
        AND (p.namespace_name = {views:text}
          OR (p.namespace_name = {system:text} AND p.relation_name IN ('user_profile', 'user_tables'))))
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {user:text} AND p.namespace_name = {system:text}
        AND ((p.privilege_type = 'SELECT' AND p.relation_name IN ('profile', 'state', 'salted', 'counted', 'sample'))
          OR (p.privilege_type = 'INSERT' AND p.relation_name IN ('profile_stage', 'salt_stage'))))
    UNION ALL
    SELECT COALESCE(p.identity_name::VARCHAR(128), '?'), p.privilege_type::VARCHAR(32),
      p.namespace_name::VARCHAR(128) || '.' || p.relation_name::VARCHAR(128) || '.' || p.column_name::VARCHAR(128)
    FROM pg_catalog.svv_column_privileges AS p
    WHERE p.namespace_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {owner:text})
    UNION ALL
    SELECT COALESCE(p.identity_name::VARCHAR(128), '?'), p.privilege_type::VARCHAR(32),
      p.namespace_name::VARCHAR(128) || '.' || p.function_name::VARCHAR(128)
    FROM pg_catalog.svv_function_privileges AS p
    WHERE p.namespace_name IN ({functions:text}, {procedures:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {owner:text})
      AND NOT (p.identity_type = {identity_type} AND LOWER(COALESCE(p.identity_name::VARCHAR(128), '?')) = LOWER({readers:text})
        AND p.privilege_type = 'EXECUTE' AND p.namespace_name = {functions:text})
      AND NOT (p.identity_type = 'user' AND COALESCE(p.identity_name::VARCHAR(128), '?') = {user:text}
        AND p.privilege_type = 'EXECUTE' AND p.namespace_name = {procedures:text})
    UNION ALL
    -- Rights on all that the database holds, and will.
    SELECT COALESCE(p.identity_name::VARCHAR(128), '?'), p.privilege_type::VARCHAR(32), 'database ' || p.database_name::VARCHAR(128)
    FROM pg_catalog.svv_database_privileges AS p
    WHERE p.database_name = current_database() AND p.privilege_type NOT IN ('USAGE', 'CREATE', 'TEMP', 'TEMPORARY', 'CONNECT')
    ORDER BY 3, 1, 2
