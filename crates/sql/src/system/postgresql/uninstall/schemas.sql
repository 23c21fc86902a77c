-- Which of the schemas are there, and to whom they belong.
SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n
WHERE n.nspname IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
ORDER BY n.nspname
