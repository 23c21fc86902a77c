-- Tables and secure views.
CREATE SCHEMA IF NOT EXISTS {system} AUTHORIZATION {owner}
;;
-- Mask functions.
CREATE SCHEMA IF NOT EXISTS {functions} AUTHORIZATION {owner}
;;
-- Procedures of an earlier version must not stay callable. The guard saw that no table or view is among them.
DROP SCHEMA IF EXISTS {procedures} CASCADE
;;
-- Procedures that the login of Scrim calls.
CREATE SCHEMA {procedures} AUTHORIZATION {owner}
;;
-- The views that people read.
CREATE SCHEMA IF NOT EXISTS {views} AUTHORIZATION {owner}
;;
-- From here on, everything is made by its owner: nobody's default privileges but the owner's apply.
SET LOCAL SESSION AUTHORIZATION {owner}
