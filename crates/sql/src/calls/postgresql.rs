//! For PostgreSQL. Values are parameters; the names in them are quoted here.

use scrim_catalog::documents::Integration;

use crate::quote::ident;

/// The statements of one integration.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Which installation is there: one row, one text. See [`crate::system::postgresql::installation`].
    pub installed: String,
    /// Takes the next epoch: since when who pushes leads, or NULL; one row, one number.
    pub claim: String,
    /// What was pushed and what is there now, a row per data source.
    pub state: String,
    /// The same of some data sources: keys.
    pub state_of: String,
    /// Privileges that are not as intended: grantee, privilege, object.
    pub unintended: String,
    /// Every profile row, ordered by user.
    pub profiles: String,
    /// The profile rows of some users, ordered by user: logins.
    pub profiles_of: String,
    /// A sample of a table: schema, table, columns, rows; a row per value: column, value, rows with it, rows of the sample.
    pub sample: String,
    /// Rows of a governed table: source, columns, rows; a row per value: number of the row, column, value.
    pub sample_rows: String,
    /// Stages profile changes: batch, and six parallel arrays.
    pub stage: String,
    /// Applies a staged batch: epoch, batch.
    pub apply_profiles: String,
    /// Closes a source: epoch, source, reason.
    pub close_source: String,
    /// Which salts there are: scope and name.
    pub salted: String,
    /// Creates or replaces a view: the eighteen parameters of the procedure.
    pub apply_view: String,
    /// Counts again what `k_anonymous` masks ask for: epoch, source.
    pub refresh: String,
    /// Finds the value of a token: source, column, token, who asks, who allowed it, why; one row, the value.
    pub resolve: String,
    /// Drops a view: epoch, source.
    pub drop_view: String,
}

impl Calls {
    /// The statements for an integration.
    pub fn of(integration: &Integration) -> Self {
        let system = ident(&integration.system_schema());
        let procedures = ident(&integration.procedures_schema());
        let state = format!(
            "SELECT s.source, s.data_source, s.view_name, s.version, s.hash, s.base_oid, s.base_owner::text, s.base_columns, \
             s.reads, s.closed, s.present, s.untouched, s.min_version, s.audience, s.listed_as, s.statistics, s.lookups, s.stale \
             FROM {system}.state AS s"
        );
        let eighteen: Vec<String> = (1..=18).map(|n| format!("${n}")).collect();
        Self {
            installed: format!("SELECT {procedures}.installed()"),
            claim: format!("CALL {procedures}.claim($1)"),
            state: format!("{state} ORDER BY s.source"),
            state_of: format!("{state} WHERE s.source = ANY ($1::text[])"),
            unintended: format!(
                "SELECT p.grantee, p.privilege, p.object FROM {system}.privileges AS p WHERE NOT p.intended \
                 ORDER BY p.object, p.grantee, p.privilege"
            ),
            profiles: format!(
                "SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM {system}.profile AS p ORDER BY p.immuta__userid"
            ),
            profiles_of: format!(
                "SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM {system}.profile AS p \
                 WHERE p.immuta__userid = ANY ($1::text[]) ORDER BY p.immuta__userid"
            ),
            sample: format!(
                "SELECT s.column_name, s.value, s.counted, s.total FROM {procedures}.sample($1, $2, $3, $4) AS s"
            ),
            sample_rows: format!(
                "SELECT s.row_number, s.column_name, s.value FROM {procedures}.sample_rows($1, $2, $3) AS s"
            ),
            stage: format!(
                "INSERT INTO {system}.profile_stage (batch, added, immuta__userid, kind, key, value, expires) \
                 SELECT $1::bigint, s.* FROM ROWS FROM (pg_catalog.unnest($2::boolean[]), pg_catalog.unnest($3::text[]), \
                 pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::timestamptz[])) AS s"
            ),
            apply_profiles: format!("CALL {procedures}.apply_profiles($1, $2)"),
            close_source: format!("CALL {procedures}.close_source($1, $2, $3)"),
            apply_view: format!("CALL {procedures}.apply_view({})", eighteen.join(", ")),
            salted: format!("SELECT k.source, k.column_name FROM {system}.salted AS k"),
            refresh: format!("CALL {procedures}.refresh($1, $2)"),
            resolve: format!("CALL {procedures}.resolve($1, $2, $3, $4, $5, $6, NULL)"),
            drop_view: format!("CALL {procedures}.drop_view($1, $2)"),
        }
    }
}

/// Every role: name, its id, whether somebody can log in by it, whether it is the server's own, which made it before there was a
/// first user.
pub const LOGINS: &str =
    "SELECT r.rolname::text, r.oid::text, r.rolcanlogin, r.oid < 16384 FROM pg_catalog.pg_roles AS r";

/// The same of some names.
pub const LOGINS_OF: &str = "SELECT r.rolname::text, r.oid::text, r.rolcanlogin, r.oid < 16384 FROM pg_catalog.pg_roles AS r \
     WHERE r.rolname = ANY ($1::text[]::name[])";

/// Tables by schema and name, as the catalog has them: kind, identity, owner, whether a role may read them, and
/// their columns as a JSON list of `[name, type, position]`, and the columns of each unique index as a JSON list.
pub const TABLES: &str = "SELECT w.at, c.oid, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner)::text, \
     pg_catalog.has_schema_privilege($3::name, n.oid, 'USAGE') AND pg_catalog.has_table_privilege($3::name, c.oid, 'SELECT'), \
     (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnum) ORDER BY a.attnum) \
      FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text, \
     (SELECT pg_catalog.json_agg((SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute AS a \
        WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::smallint[]))) \
      FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL \
        AND i.indexprs IS NULL)::text \
     FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w (schema_name, table_name, at) \
     INNER JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name \
     INNER JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY w.at";

/// The schemas that may hold data: name, owner. Without those named.
pub const SCHEMAS: &str = "SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace AS n \
     WHERE pg_catalog.left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($1::text[]::name[]) \
     ORDER BY n.nspname";

/// Everything in some schemas that can be selected from: schema, name, identity, kind, owner, whether a role may read it, columns
/// as a JSON list of `[name, type, position]`.
pub const LISTED: &str = "SELECT n.nspname::text, c.relname::text, c.oid, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner)::text, \
     pg_catalog.has_schema_privilege($2::name, n.oid, 'USAGE') AND pg_catalog.has_table_privilege($2::name, c.oid, 'SELECT'), \
     COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnum) ORDER BY a.attnum) \
      FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text, '[]') \
     FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname = ANY ($1::text[]::name[]) \
     ORDER BY n.nspname, c.relname";

/// How the relations of each schema are now, in one number: schema, number. All that a listing tells is in it.
pub const MARKS: &str = "SELECT r.name::text, pg_catalog.sum(r.mark)::text FROM ( \
       SELECT n.nspname AS name, pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', c.oid, c.relkind, c.relowner, c.relname, c.relacl), 0)::numeric AS mark \
       FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname = ANY ($1::text[]::name[]) \
       UNION ALL \
       SELECT n.nspname, pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', a.attrelid, a.attnum, a.atttypid, a.atttypmod, a.attname), 1)::numeric \
       FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
       INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname = ANY ($1::text[]::name[]) \
     ) AS r GROUP BY r.name ORDER BY r.name";

/// Which of these tables a user may select from, whole: schemas, tables, user, and whose logins are Scrim's own; a row per
/// table, its number. Neither rights on columns are enough, nor a table that shows the user some of its rows.
pub const MAY_SELECT: &str = "SELECT w.at \
     FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w (schema_name, table_name, at) \
     INNER JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name \
     INNER JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name \
     INNER JOIN pg_catalog.pg_roles AS u ON u.rolname = $3 \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND u.rolcanlogin AND pg_catalog.left(u.rolname, 3) <> 'pg_' \
       AND u.rolname <> ALL ($4::text[]) AND pg_catalog.left(n.nspname, 3) <> 'pg_' \
       AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($5::text[]) \
       AND pg_catalog.has_schema_privilege(u.oid, n.oid, 'USAGE') AND pg_catalog.has_table_privilege(u.oid, c.oid, 'SELECT') \
       AND (NOT c.relrowsecurity OR u.rolsuper OR u.rolbypassrls \
         OR (NOT c.relforcerowsecurity AND pg_catalog.pg_has_role(u.oid, c.relowner, 'USAGE'))) \
       AND COALESCE(pg_catalog.array_to_string(c.reloptions, ','), '') NOT LIKE '%security_invoker%' \
     ORDER BY w.at";
