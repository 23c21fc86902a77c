-- The rows of the current user.
--
-- GETDATE() is in the time zone of the session ("GETDATE function"), which the reader sets: an expired row must not
-- come back by it. Turned into an instant and then to UTC, the zone falls out, but for the hour that some zones have
-- twice in autumn; the plain comparison beside it can only hide more, and holds should GETDATE() be in UTC after all.
--
-- Names are given anew: where it was written down which user had this one, no other user who comes to have it sees anything. One
-- row in any case, as a subquery that could be one with the query around it is not for a reader's GROUP BY.
CREATE OR REPLACE VIEW {system}.user_profile AS
SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires
FROM {system}.profile AS p
CROSS JOIN (
  SELECT MAX(CASE WHEN l.value = CAST(CURRENT_USER_ID AS VARCHAR(32)) THEN 0 ELSE 1 END) AS other
  FROM {system}.profile AS l
  WHERE l.immuta__userid = current_user AND l.kind = 'login'
) AS o
WHERE p.immuta__userid = current_user AND COALESCE(o.other, 0) = 0
  AND (p.expires IS NULL
    OR (p.expires > pg_catalog.TIMEZONE('UTC', CAST(pg_catalog.GETDATE() AS TIMESTAMPTZ)) AND p.expires > pg_catalog.GETDATE()))
;;
-- The views that the current user is subscribed to: by the source, or by its audience. Two joins, for a subquery
-- in EXISTS would be a correlated one.
CREATE OR REPLACE VIEW {system}.user_tables AS
SELECT t.schema_name, t.view_name
FROM {system}.tables AS t
INNER JOIN {system}.user_profile AS p ON p.value = t.source
WHERE p.kind = 'table'
UNION
SELECT t.schema_name, t.view_name
FROM {system}.tables AS t
INNER JOIN {system}.user_profile AS p ON p.value = t.audience
WHERE p.kind = 'table'
;;
-- Views for the login of Scrim may have other columns in another version; a view is not replaced by such a one.
DROP VIEW IF EXISTS {system}.state
;;
DROP VIEW IF EXISTS {system}.salted
;;
-- What was pushed. What is there now is asked of the catalog in a query of its own: it cannot be joined with tables.
CREATE VIEW {system}.state AS
SELECT s.source, s.data_source, s.view_name, s.view_oid, s.version, s.hash, s.fingerprint, s.base, s.base_columns,
  s.reads, s.closed, s.pushed_at, g.min_version, t.audience, t.view_name AS listed_as
FROM {system}.object_state AS s
LEFT JOIN {system}.gate AS g ON g.source = s.source
LEFT JOIN {system}.tables AS t ON t.source = s.source
;;
-- Which columns have a salt; never the salt.
CREATE VIEW {system}.salted AS
SELECT k.source, k.column_name FROM {system}.salt AS k
;;
DROP VIEW IF EXISTS {system}.counted
;;
-- What is counted, by a hash, and when it was.
CREATE VIEW {system}.counted AS
SELECT k.key, k.source, pg_catalog.SHA2(pg_catalog.SHA2(k.query, 256) || k.count_query, 256) AS definition, k.counted,
  k.refreshed_at
FROM {system}.statistics AS k
