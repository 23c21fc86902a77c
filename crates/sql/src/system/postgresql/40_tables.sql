-- What the warehouse knows of each user. PostgreSQL compares current_user (type name, collation "C") by index
-- only with a column of that collation.
CREATE TABLE IF NOT EXISTS {system}.profile (
  immuta__userid text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  expires timestamptz,
  PRIMARY KEY (immuta__userid, kind, key, value)
) WITH (fillfactor = 90)
;;
-- Changes of profiles on their way in.
CREATE TABLE IF NOT EXISTS {system}.profile_stage (
  batch bigint NOT NULL,
  added boolean NOT NULL,
  immuta__userid text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  expires timestamptz
)
;;
-- A view shows nothing unless its source has a row here with the view's very version: a source is closed by one row,
-- without a lock on its view.
CREATE TABLE IF NOT EXISTS {system}.gate (
  source text COLLATE "C" PRIMARY KEY,
  min_version bigint NOT NULL
)
;;
-- Salts of masks: made here, read by the owner's views only, in no view's text.
CREATE TABLE IF NOT EXISTS {system}.salt (
  source text COLLATE "C" NOT NULL,
  column_name text COLLATE "C" NOT NULL,
  salt text COLLATE "C" NOT NULL,
  PRIMARY KEY (source, column_name)
)
;;
-- What is counted for k_anonymous masks, and the state that the table had when it was counted last; none when it never
-- was.
CREATE TABLE IF NOT EXISTS {system}.statistics (
  key text COLLATE "C" PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  query text NOT NULL,
  base_oid oid NOT NULL,
  state text,
  refreshed_at timestamptz
)
;;
-- The combinations that enough rows had then, as hashes, for the owner of the views alone.
CREATE TABLE IF NOT EXISTS {system}.released (
  key text COLLATE "C" NOT NULL,
  combination text COLLATE "C" NOT NULL,
  PRIMARY KEY (key, combination)
)
;;
-- Every token that somebody asked to have resolved.
CREATE TABLE IF NOT EXISTS {system}.unmasked (
  resolved_at timestamptz NOT NULL,
  login text NOT NULL,
  source text COLLATE "C" NOT NULL,
  column_name text COLLATE "C" NOT NULL,
  token text NOT NULL,
  requested_by text NOT NULL,
  approved_by text NOT NULL,
  reason text NOT NULL,
  found boolean NOT NULL
)
;;
-- One row per view, behind user_tables.
CREATE TABLE IF NOT EXISTS {system}.tables (
  source text COLLATE "C" PRIMARY KEY,
  audience text COLLATE "C",
  schema_name text COLLATE "C" NOT NULL,
  view_name text COLLATE "C" NOT NULL
)
;;
-- What was pushed: the definition by its hash, the view as the server had it then, and the table below it.
CREATE TABLE IF NOT EXISTS {system}.object_state (
  source text COLLATE "C" PRIMARY KEY,
  data_source text COLLATE "C" NOT NULL,
  view_name text COLLATE "C" NOT NULL,
  view_oid oid NOT NULL,
  version bigint NOT NULL,
  hash text NOT NULL,
  fingerprint text NOT NULL,
  base_oid oid NOT NULL,
  base_owner name NOT NULL,
  base_columns text NOT NULL,
  lookups text NOT NULL,
  reads text NOT NULL,
  closed text,
  pushed_at timestamptz NOT NULL
)
;;
-- Who may push: every push takes the next number, and whoever holds a lower one is refused. Beside it, since when the service
-- leads that pushed last, in milliseconds, and what was installed, as the server had it then.
CREATE TABLE IF NOT EXISTS {system}.lease (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch bigint NOT NULL,
  leader bigint NOT NULL DEFAULT 0,
  fingerprint text
)
;;
-- What may be sampled, as patterns of LIKE; the database is always this one.
CREATE TABLE IF NOT EXISTS {system}.sampled (
  database_name text COLLATE "C" NOT NULL,
  schema_name text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (database_name, schema_name, table_name)
)
;;
-- What earlier versions did not have.
ALTER TABLE {system}.object_state ADD COLUMN IF NOT EXISTS lookups text NOT NULL DEFAULT '{}'
;;
ALTER TABLE {system}.lease ADD COLUMN IF NOT EXISTS fingerprint text
;;
ALTER TABLE {system}.lease ADD COLUMN IF NOT EXISTS leader bigint NOT NULL DEFAULT 0
;;
INSERT INTO {system}.lease (epoch) VALUES (0) ON CONFLICT DO NOTHING
