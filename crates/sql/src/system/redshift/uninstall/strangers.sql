    -- Routines that are not Scrim's: what it is, and nothing.
    SELECT 'routine ' || n.nspname::VARCHAR(128) || '.' || p.proname::VARCHAR(128) AS object, NULL::VARCHAR(300) AS built_on
    FROM pg_catalog.pg_proc AS p
    INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = p.pronamespace
    INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
    WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text}) AND u.usename = {owner:text}
      AND (p.proowner <> n.nspowner OR n.nspname IN ({system:text}, {views:text}))
    UNION
    -- Views elsewhere that are built on relations or functions of Scrim's, and on which. The numbers are those of pg_rewrite,
    -- pg_class and pg_proc.
    SELECT 'view ' || n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128), b.nspname::VARCHAR(128) || '.' || t.relname::VARCHAR(128)
    FROM pg_catalog.pg_depend AS d
    INNER JOIN pg_catalog.pg_class AS t ON t."oid" = d.refobjid
    INNER JOIN pg_catalog.pg_namespace AS b ON b."oid" = t.relnamespace
    INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.nspowner
    INNER JOIN pg_catalog.pg_rewrite AS w ON w."oid" = d.objid
    INNER JOIN pg_catalog.pg_class AS c ON c."oid" = w.ev_class
    INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
    WHERE d.classid = 2618 AND d.refclassid = 1259 AND u.usename = {owner:text}
      AND b.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    UNION
    SELECT 'view ' || n.nspname::VARCHAR(128) || '.' || c.relname::VARCHAR(128), b.nspname::VARCHAR(128) || '.' || p.proname::VARCHAR(128)
    FROM pg_catalog.pg_depend AS d
    INNER JOIN pg_catalog.pg_proc AS p ON p."oid" = d.refobjid
    INNER JOIN pg_catalog.pg_namespace AS b ON b."oid" = p.pronamespace
    INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = b.nspowner
    INNER JOIN pg_catalog.pg_rewrite AS w ON w."oid" = d.objid
    INNER JOIN pg_catalog.pg_class AS c ON c."oid" = w.ev_class
    INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
    WHERE d.classid = 2618 AND d.refclassid = 1255 AND u.usename = {owner:text}
      AND b.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
      AND n.nspname NOT IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
    ORDER BY 1, 2
