-- Which of the schemas are there, and to whom they belong.
SELECT n.nspname::VARCHAR(128), u.usename::VARCHAR(128) FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_user AS u ON u.usesysid = n.nspowner
WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
ORDER BY 1
