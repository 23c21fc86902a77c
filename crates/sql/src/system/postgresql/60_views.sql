-- The rows of the current user. The barrier keeps a reader's own cheap function from being asked before the row
-- is known to be the reader's. The clock moves on within a statement: the time of the statement would stand still
-- for as long as a reader can make one last.
--
-- Names are given anew: where it was written down which role had this one, no other role that comes to have it sees anything. That
-- asks nothing of the row, so that PostgreSQL finds it out once, before it looks for rows.
CREATE OR REPLACE VIEW {system}.user_profile WITH (security_barrier = true) AS
SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires
FROM {system}.profile AS p
WHERE p.immuta__userid = current_user AND (p.expires IS NULL OR p.expires > pg_catalog.clock_timestamp())
  AND NOT EXISTS (
    SELECT 1 FROM {system}.profile AS l
    WHERE l.immuta__userid = current_user AND l.kind = 'login'
      AND l.value IS DISTINCT FROM CAST(CAST(pg_catalog.to_regrole(pg_catalog.quote_ident(current_user)) AS oid) AS text)
  )
;;
-- The views that the current user is subscribed to.
CREATE OR REPLACE VIEW {system}.user_tables WITH (security_barrier = true) AS
SELECT t.schema_name, t.view_name
FROM {system}.tables AS t
WHERE EXISTS (SELECT 1 FROM {system}.user_profile AS p WHERE p.kind = 'table' AND p.value IN (t.source, t.audience))
;;
-- What was pushed beside what is there now.
CREATE OR REPLACE VIEW {system}.state AS
SELECT s.source, s.data_source, s.view_name, s.version, s.hash, s.base_oid, s.base_owner, s.base_columns, s.lookups, s.reads,
  s.closed,
  s.pushed_at,
  EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c WHERE c.oid = s.view_oid) AS present,
  COALESCE({procedures}.fingerprint(s.view_oid) = s.fingerprint, false) AS untouched,
  g.min_version,
  t.audience,
  t.view_name AS listed_as,
  ARRAY(SELECT k.key FROM {system}.statistics AS k WHERE k.source = s.source ORDER BY k.key) AS statistics,
  EXISTS (
    SELECT 1 FROM {system}.statistics AS k
    WHERE k.source = s.source AND k.state IS DISTINCT FROM {functions}.f_table_state(k.base_oid)
  ) AS stale
FROM {system}.object_state AS s
LEFT JOIN {system}.gate AS g ON g.source = s.source
LEFT JOIN {system}.tables AS t ON t.source = s.source
;;
-- Which salts there are; never the salt.
CREATE OR REPLACE VIEW {system}.salted AS
SELECT k.source, k.column_name FROM {system}.salt AS k
;;
-- Every privilege on what Scrim made that somebody but the owner has, and whether it is as intended.
CREATE OR REPLACE VIEW {system}.privileges AS
WITH granted AS (
  SELECT 'SCHEMA' AS kind, n.oid, n.nspname AS schema_name, ''::name AS object_name,
    pg_catalog.format('%I', n.nspname) AS object, a.grantee, a.privilege_type AS privilege, a.is_grantable
  FROM pg_catalog.pg_namespace AS n
  CROSS JOIN LATERAL pg_catalog.aclexplode(COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) AS a
  WHERE a.grantee <> n.nspowner
  UNION ALL
  SELECT 'TABLE', c.oid, n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), a.grantee,
    a.privilege_type, a.is_grantable
  FROM pg_catalog.pg_class AS c
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT * FROM pg_catalog.aclexplode(COALESCE(c.relacl, pg_catalog.acldefault('r', c.relowner)))
    UNION ALL
    SELECT e.* FROM pg_catalog.pg_attribute AS o CROSS JOIN LATERAL pg_catalog.aclexplode(o.attacl) AS e WHERE o.attrelid = c.oid
  ) AS a
  WHERE c.relkind IN ('r', 'v') AND a.grantee <> c.relowner
  UNION ALL
  SELECT 'ROUTINE', p.oid, n.nspname, p.proname,
    pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
    a.grantee, a.privilege_type, a.is_grantable
  FROM pg_catalog.pg_proc AS p
  INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
  CROSS JOIN LATERAL pg_catalog.aclexplode(COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a
  WHERE a.grantee <> p.proowner
  UNION ALL
  -- Whoever may become a role of Scrim's may all that it may.
  SELECT 'MEMBER', r.oid, {system:text}, r.rolname, pg_catalog.format('%I', r.rolname), m.member, 'MEMBER', m.admin_option
  FROM pg_catalog.pg_auth_members AS m INNER JOIN pg_catalog.pg_roles AS r ON r.oid = m.roleid
  WHERE r.rolname IN ({owner:text}, {user:text}, {scanner:text})
)
SELECT g.kind, g.oid, g.object, g.privilege, w.grantee,
  NOT g.is_grantable AND (
    (w.readers AND g.kind = 'SCHEMA' AND g.privilege = 'USAGE' AND g.schema_name <> {procedures:text})
    OR (w.readers AND g.kind = 'TABLE' AND g.privilege = 'SELECT' AND g.schema_name = {views:text}
      AND g.oid IN (SELECT s.view_oid FROM {system}.object_state AS s))
    OR (w.readers AND g.kind = 'TABLE' AND g.privilege = 'SELECT' AND g.schema_name = {system:text}
      AND g.object_name IN ('user_profile', 'user_tables'))
    OR (w.scanner AND g.kind = 'SCHEMA' AND g.privilege = 'USAGE' AND g.schema_name IN ({system:text}, {functions:text}))
    OR (w.owner AND g.kind = 'ROUTINE' AND g.schema_name = {system:text} AND g.object_name = 'scan')
    OR ((w.readers OR w.scanner) AND g.kind = 'ROUTINE' AND g.schema_name = {functions:text} AND g.object_name IN (
      'f_hash', 'f_digest', 'f_draw', 'f_sum', 'f_format', 'f_luhn', 'f_iban', 'f_table_state'))
    OR (w.service AND g.kind = 'SCHEMA' AND g.privilege = 'USAGE' AND g.schema_name IN ({system:text}, {procedures:text}))
    OR (w.service AND g.kind = 'TABLE' AND g.privilege = 'SELECT' AND g.schema_name = {system:text}
      AND g.object_name IN ('profile', 'state', 'privileges', 'salted'))
    OR (w.service AND g.kind = 'TABLE' AND g.privilege = 'INSERT' AND g.schema_name = {system:text} AND g.object_name = 'profile_stage')
    OR (w.service AND g.kind = 'ROUTINE' AND g.schema_name = {procedures:text})
    OR (w.service AND g.kind = 'ROUTINE' AND g.schema_name = {functions:text} AND g.object_name = 'f_table_state')
  ) AS intended
FROM granted AS g
CROSS JOIN LATERAL (
  SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.format('%I', pg_catalog.pg_get_userbyid(g.grantee)) END AS grantee,
    CASE g.grantee WHEN 0 THEN {readers:text} = 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee) = {readers:text} END AS readers,
    g.grantee <> 0 AND pg_catalog.pg_get_userbyid(g.grantee) = {user:text} AS service,
    g.grantee <> 0 AND pg_catalog.pg_get_userbyid(g.grantee) = {owner:text} AS owner,
    g.grantee <> 0 AND pg_catalog.pg_get_userbyid(g.grantee) = {scanner:text} AS scanner
) AS w
WHERE g.schema_name IN ({system:text}, {functions:text}, {procedures:text}, {views:text})
