-- Tables and secure views.
CREATE SCHEMA IF NOT EXISTS {system} AUTHORIZATION {owner}
;;
-- Mask functions.
CREATE SCHEMA IF NOT EXISTS {functions} AUTHORIZATION {owner}
;;
-- Procedures that the login of Scrim calls.
CREATE SCHEMA IF NOT EXISTS {procedures} AUTHORIZATION {owner}
;;
-- The views that people read.
CREATE SCHEMA IF NOT EXISTS {views} AUTHORIZATION {owner}
;;
-- From here on, everything is made by its owner: nobody's default privileges but the owner's apply.
SET LOCAL ROLE {owner}
