-- Which of the roles are there, and why one is not to be dropped.
SELECT r.rolname, CASE
    WHEN r.rolname = current_user THEN 'is who runs this'
    WHEN r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication
      THEN 'is a superuser, or may bypass row security, make roles or replicate: Scrim makes no such role'
  END
FROM pg_catalog.pg_roles AS r
WHERE r.rolname IN ({owner:text}, {user:text}, {scanner:text})
