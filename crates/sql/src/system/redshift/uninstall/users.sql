-- Which of the users are there, and why one is not to be dropped.
SELECT u.usename::VARCHAR(128), CASE
    WHEN u.usename = current_user THEN 'is who runs this'
    WHEN u.usesuper OR u.usecreatedb THEN 'is a superuser or may create databases: Scrim makes no such user'
  END
FROM pg_catalog.pg_user AS u
WHERE u.usename IN ({owner:text}, {user:text})
