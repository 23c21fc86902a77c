-- Everything that can be selected from in schemas of the owner: schema, name, kind, identity, whether the owner owns it; the
-- last one made is the first, for it may be made of the others.
SELECT n.nspname::VARCHAR(128), c.relname::VARCHAR(128), CASE c.relkind WHEN 'v' THEN 'view' WHEN 'r' THEN 'table' ELSE 'relation' END,
  c."oid"::BIGINT, CASE WHEN c.relowner = n.nspowner THEN 1 ELSE 0 END
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON n."oid" = c.relnamespace
INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
  AND u.usename = {owner:text} AND c.relkind NOT IN ('i', 't')
ORDER BY 4 DESC
