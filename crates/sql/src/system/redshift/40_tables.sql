-- What the warehouse knows of each user. Small, and joined into every view: a copy on every node, sorted by whom it is
-- about. No table here declares a key: Redshift enforces none, and its planner believes those that are declared.
CREATE TABLE IF NOT EXISTS {system}.profile (
  immuta__userid VARCHAR(128) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  key VARCHAR(256) NOT NULL,
  value VARCHAR(256) NOT NULL,
  -- In UTC.
  expires TIMESTAMP
) DISTSTYLE ALL SORTKEY (immuta__userid, kind, key)
;;
-- Changes of profiles on their way in.
CREATE TABLE IF NOT EXISTS {system}.profile_stage (
  batch BIGINT NOT NULL,
  added BOOLEAN NOT NULL,
  immuta__userid VARCHAR(128) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  key VARCHAR(256) NOT NULL,
  value VARCHAR(256) NOT NULL,
  expires TIMESTAMP
) DISTSTYLE ALL SORTKEY (batch, immuta__userid)
;;
-- A view shows nothing unless its source has a row here with a version not above the view's own: a source is
-- closed by one row, without a lock on its view.
CREATE TABLE IF NOT EXISTS {system}.gate (
  source VARCHAR(64) NOT NULL,
  min_version BIGINT NOT NULL
) DISTSTYLE ALL SORTKEY (source)
;;
-- Salts of masks: read by the owner's views only, in no view's text.
CREATE TABLE IF NOT EXISTS {system}.salt (
  source VARCHAR(64) NOT NULL,
  column_name VARCHAR(128) NOT NULL,
  salt VARCHAR(128) NOT NULL
) DISTSTYLE ALL SORTKEY (source, column_name)
;;
-- Salts on their way in: Redshift has no random numbers fit for secrets, so that whoever pushes draws them, and
-- forgets them. One is taken only where there is none yet.
CREATE TABLE IF NOT EXISTS {system}.salt_stage (
  batch BIGINT NOT NULL,
  source VARCHAR(64) NOT NULL,
  column_name VARCHAR(128) NOT NULL,
  salt VARCHAR(128) NOT NULL
) DISTSTYLE ALL SORTKEY (batch, source)
;;
-- What is counted for k_anonymous masks, and how many rows the table had when it was counted last; none when it never
-- was. Redshift does not tell beside a table whether it was changed: that its number of rows is what it was is all that
-- a view can ask.
CREATE TABLE IF NOT EXISTS {system}.statistics (
  key VARCHAR(64) NOT NULL,
  source VARCHAR(64) NOT NULL,
  query VARCHAR(65535) NOT NULL,
  count_query VARCHAR(1024) NOT NULL,
  counted BIGINT,
  refreshed_at TIMESTAMP
) DISTSTYLE ALL SORTKEY (key)
;;
-- The combinations that enough rows had then, as hashes, for the owner of the views alone.
CREATE TABLE IF NOT EXISTS {system}.released (
  key VARCHAR(64) NOT NULL,
  combination VARCHAR(64) NOT NULL
) DISTSTYLE ALL SORTKEY (key, combination)
;;
-- Every token that somebody asked to have resolved.
CREATE TABLE IF NOT EXISTS {system}.unmasked (
  resolved_at TIMESTAMP NOT NULL,
  login VARCHAR(128) NOT NULL,
  source VARCHAR(64) NOT NULL,
  column_name VARCHAR(128) NOT NULL,
  token VARCHAR(64) NOT NULL,
  requested_by VARCHAR(128) NOT NULL,
  approved_by VARCHAR(128) NOT NULL,
  reason VARCHAR(65535) NOT NULL,
  found BOOLEAN NOT NULL
) DISTSTYLE ALL SORTKEY (resolved_at)
;;
-- One row per view, behind user_tables.
CREATE TABLE IF NOT EXISTS {system}.tables (
  source VARCHAR(64) NOT NULL,
  audience VARCHAR(64),
  schema_name VARCHAR(128) NOT NULL,
  view_name VARCHAR(128) NOT NULL
) DISTSTYLE ALL SORTKEY (source)
;;
-- What was pushed: the definition by its hash, the view as the server had it then, and the table below it. A
-- late-binding view finds that table by its name, every time: whether it is still the same one is for drift to say.
CREATE TABLE IF NOT EXISTS {system}.object_state (
  source VARCHAR(64) NOT NULL,
  data_source VARCHAR(128) NOT NULL,
  view_name VARCHAR(128) NOT NULL,
  view_oid BIGINT NOT NULL,
  version BIGINT NOT NULL,
  hash VARCHAR(64) NOT NULL,
  -- The columns of the view, by a hash.
  shape VARCHAR(64) NOT NULL,
  fingerprint VARCHAR(64) NOT NULL,
  -- The table below and those that rules look up in, as they were: identity and owner, where the warehouse tells.
  base VARCHAR(65535) NOT NULL,
  base_columns VARCHAR(65535) NOT NULL,
  reads VARCHAR(65535) NOT NULL,
  closed VARCHAR(65535),
  pushed_at TIMESTAMP NOT NULL
) DISTSTYLE ALL SORTKEY (source)
;;
-- Who may push: every push takes the next number, and whoever holds a lower one is refused.
CREATE TABLE IF NOT EXISTS {system}.lease (
  epoch BIGINT NOT NULL
) DISTSTYLE ALL
;;
-- Since when the service leads that pushed last, in milliseconds.
CREATE TABLE IF NOT EXISTS {system}.leader (
  since BIGINT NOT NULL
) DISTSTYLE ALL
;;
-- Views and routines as they were installed. Not beside the lease, which is locked while somebody pushes.
CREATE TABLE IF NOT EXISTS {system}.installation (
  fingerprint VARCHAR(64) NOT NULL
) DISTSTYLE ALL
;;
-- What may be sampled, as patterns of LIKE; an empty database is this one.
CREATE TABLE IF NOT EXISTS {system}.sampled (
  database_name VARCHAR(128) NOT NULL,
  schema_name VARCHAR(256) NOT NULL,
  table_name VARCHAR(256) NOT NULL
) DISTSTYLE ALL
;;
-- A sample on its way out: there within a transaction that is taken back.
CREATE TABLE IF NOT EXISTS {system}.sample (
  place INTEGER NOT NULL,
  value VARCHAR(1024),
  counted BIGINT NOT NULL,
  total BIGINT NOT NULL
) DISTSTYLE EVEN
;;
-- One row, unless it is there.
INSERT INTO {system}.lease (epoch) SELECT 0 FROM {system}.lease HAVING COUNT(*) = 0
;;
INSERT INTO {system}.leader (since) SELECT 0 FROM {system}.leader HAVING COUNT(*) = 0
