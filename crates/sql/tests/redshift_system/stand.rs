//! PostgreSQL in the place of Redshift.

use scrim_catalog::documents::Integration;
use scrim_sandbox::{Cluster, Options};
use scrim_sql::system::redshift;
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// A name in double quotes.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What Redshift has and PostgreSQL has not, as far as the installation and the views ask for it.
const STAND_INS: &str = r#"
SET allow_system_table_mods = on;
-- Redshift replaces every match.
ALTER FUNCTION pg_catalog.regexp_replace(text, text, text) RENAME TO regexp_replace_first;
CREATE FUNCTION pg_catalog.regexp_replace(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT regexp_replace($1, $2, $3, 'g') $$;
-- Of a day it makes a timestamp.
CREATE FUNCTION pg_catalog.dateadd(text, integer, timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $3 + $2 * CAST('1 ' || $1 AS interval) $$;
-- The time in the zone of the session, as its page says.
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE
AS $$ SELECT date_trunc('second', statement_timestamp())::timestamp $$;
CREATE FUNCTION pg_catalog.sha2(text, integer) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex') $$;
CREATE FUNCTION pg_catalog.strtol(text, integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT ('x' || lpad($1, 16, '0'))::bit(64)::bigint $$;
CREATE VIEW pg_catalog.svv_user_grants AS
SELECT u.rolname::text AS user_name, r.rolname::text AS role_name FROM pg_auth_members AS m
JOIN pg_roles AS u ON u.oid = m.member JOIN pg_roles AS r ON r.oid = m.roleid;
CREATE VIEW pg_catalog.scrim_grantee AS
SELECT 0::oid AS oid, 'public' AS identity_name, 'public' AS identity_type
UNION ALL SELECT r.oid, r.rolname::text, CASE WHEN r.rolcanlogin THEN 'user' ELSE 'role' END FROM pg_roles AS r;
CREATE VIEW pg_catalog.svv_default_privileges AS
SELECT o.rolname::text AS owner_name, g.identity_name AS grantee_name FROM pg_default_acl AS d
JOIN pg_roles AS o ON o.oid = d.defaclrole CROSS JOIN aclexplode(d.defaclacl) AS a JOIN scrim_grantee AS g ON g.oid = a.grantee;
CREATE VIEW pg_catalog.svv_schema_privileges AS
SELECT n.nspname::text AS namespace_name, a.privilege_type, g.identity_name, g.identity_type FROM pg_namespace AS n
CROSS JOIN aclexplode(n.nspacl) AS a JOIN scrim_grantee AS g ON g.oid = a.grantee;
CREATE VIEW pg_catalog.svv_relation_privileges AS
SELECT n.nspname::text AS namespace_name, c.relname::text AS relation_name, a.privilege_type, g.identity_name, g.identity_type
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN aclexplode(c.relacl) AS a JOIN scrim_grantee AS g ON g.oid = a.grantee;
CREATE VIEW pg_catalog.svv_column_privileges AS
SELECT n.nspname::text AS namespace_name, c.relname::text AS relation_name, t.attname::text AS column_name, a.privilege_type,
  g.identity_name, g.identity_type
FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN aclexplode(t.attacl) AS a JOIN scrim_grantee AS g ON g.oid = a.grantee;
CREATE VIEW pg_catalog.svv_function_privileges AS
SELECT n.nspname::text AS namespace_name, p.proname::text AS function_name, a.privilege_type, g.identity_name, g.identity_type
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) AS a JOIN scrim_grantee AS g ON g.oid = a.grantee;
RESET allow_system_table_mods;
"#;

/// The statement without what only Redshift has.
pub(crate) fn portable(sql: &str) -> String {
    let mut lines = Vec::new();
    for line in sql.lines() {
        let physical = line.strip_prefix(") DISTSTYLE ALL").map(|_| ")");
        lines.push(physical.unwrap_or(line));
    }
    let sql = lines.join("\n");
    let gone = [
        ("WITH NO SCHEMA BINDING", ""),
        (" PASSWORD DISABLE", ""),
        ("TO ROLE ", "TO "),
        ("FROM ROLE ", "FROM "),
        // Parts of dates are bare words.
        ("DATEADD(day, ", "DATEADD('day', "),
        ("DATEADD(second, ", "DATEADD('second', "),
    ];
    gone.iter().fold(sql, |sql, (from, to)| sql.replace(from, to))
}

/// PostgreSQL with the stand-ins, and an integration to install.
pub(crate) struct Stand {
    pub(crate) integration: Integration,
    client: Client,
    runtime: Runtime,
    cluster: Cluster,
}

/// Added, user, kind, key, value, expiry.
type Staged<'a> = (bool, &'a str, &'a str, &'a str, &'a str, Option<&'a str>);

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Stand {
    pub(crate) fn start(integration: Integration) -> Self {
        let cluster = Cluster::start(&Options::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(connect(&cluster));
        let stand = Self { integration, client, runtime, cluster };
        stand.run(STAND_INS);
        stand
    }

    /// Another connection of the administrator.
    pub(crate) fn connect(&self) -> Client {
        self.runtime.block_on(connect(&self.cluster))
    }

    /// Statements as the administrator.
    pub(crate) fn run(&self, sql: &str) {
        self.run_on(&self.client, sql);
    }

    pub(crate) fn run_on(&self, client: &Client, sql: &str) {
        self.runtime.block_on(client.batch_execute(sql)).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// The code of the error with which a connection is refused.
    pub(crate) fn refused_on(&self, client: &Client, sql: &str) -> String {
        self.runtime.block_on(client.batch_execute(sql)).unwrap_err().code().unwrap().code().to_owned()
    }

    /// Installs in one transaction.
    pub(crate) fn install(&self) -> Result<(), String> {
        let script = redshift::install(&self.integration);
        self.run("BEGIN");
        for sql in script {
            let sql = portable(&sql);
            if let Err(error) = self.runtime.block_on(self.client.batch_execute(&sql)) {
                self.run("ROLLBACK");
                return Err(said(&error));
            }
        }
        self.run("COMMIT");
        Ok(())
    }

    /// One statement as a user, with parameters.
    fn call(&self, user: &str, sql: &str, parameters: Parameters<'_>) -> Result<u64, Error> {
        self.run(&format!("SET SESSION AUTHORIZATION {}", ident(user)));
        let answer = self.runtime.block_on(self.client.execute(sql, parameters));
        self.run("RESET SESSION AUTHORIZATION");
        answer
    }

    /// The cells that a user gets.
    pub(crate) fn cells(&self, user: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
        self.run(&format!("SET SESSION AUTHORIZATION {}", ident(user)));
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        self.run("RESET SESSION AUTHORIZATION; RESET timezone");
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        };
        Ok(answer?.into_iter().filter_map(row).collect())
    }

    /// The rows that a user gets, the last statement's, with a bar between the cells.
    fn see(&self, user: &str, sql: &str) -> Result<Vec<String>, Error> {
        let row = |row: Vec<Option<String>>| {
            row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join("|")
        };
        Ok(self.cells(user, sql)?.into_iter().map(row).collect())
    }

    pub(crate) fn shown(&self, user: &str, sql: &str) -> Vec<String> {
        self.see(user, sql).unwrap_or_else(|error| panic!("{error:?}\n{sql}"))
    }

    /// What a user is told who is refused.
    pub(crate) fn refused(&self, user: &str, sql: &str) -> String {
        match self.see(user, sql) {
            Ok(rows) => panic!("{user} may: {sql}: {rows:?}"),
            Err(error) => error.code().unwrap().code().to_owned(),
        }
    }

    pub(crate) fn system(&self, name: &str) -> String {
        format!("{}.{name}", ident(&self.integration.system_schema().to_lowercase()))
    }

    pub(crate) fn procedure(&self, name: &str) -> String {
        format!("{}.{name}", ident(&self.integration.procedures_schema().to_lowercase()))
    }

    pub(crate) fn view(&self, name: &str) -> String {
        format!("{}.{}", ident(&self.integration.views.schema.to_lowercase()), ident(name))
    }

    /// Calls a procedure as the login of Scrim.
    pub(crate) fn procedure_call(&self, name: &str, parameters: Parameters<'_>) -> Result<(), String> {
        let numbers: Vec<String> = (1..=parameters.len()).map(|n| format!("${n}")).collect();
        let sql = format!("CALL {}({})", self.procedure(name), numbers.join(", "));
        self.call(&self.integration.user, &sql, parameters).map(|_| ()).map_err(|error| said(&error))
    }

    pub(crate) fn claim(&self) -> i64 {
        let rows = self.shown(&self.integration.user, &format!("CALL {}(0)", self.procedure("claim")));
        rows[0].parse().unwrap()
    }

    /// Stages rows and applies them, all in one transaction.
    pub(crate) fn profiles(&self, epoch: i64, rows: &[Staged<'_>]) -> Result<(), String> {
        let staged: Vec<String> = rows
            .iter()
            .map(|(added, user, kind, key, value, expires)| {
                let expires = expires.map_or("NULL".to_owned(), |text| format!("TIMESTAMP '{text}'"));
                format!("({epoch}, {added}, '{user}', '{kind}', '{key}', '{value}', {expires})")
            })
            .collect();
        let hold = format!("CALL {}({epoch})", self.procedure("hold"));
        let sql = format!(
            "{hold}; INSERT INTO {} (batch, added, immuta__userid, kind, key, value, expires) VALUES {}; CALL {}({epoch}, {epoch})",
            self.system("profile_stage"),
            staged.join(", "),
            self.procedure("apply_profiles"),
        );
        // Sent together, they are one transaction.
        self.see(&self.integration.user, &sql).map(|_| ()).map_err(|error| said(&error))
    }

    /// Stages a salt and applies a view.
    pub(crate) fn apply(&self, epoch: i64, version: i64, view: &View<'_>) -> Result<(), String> {
        let stage = format!(
            "INSERT INTO {} (batch, source, column_name, salt) VALUES ($1, $2, $3, $4)",
            self.system("salt_stage")
        );
        self.call(&self.integration.user, &stage, &[&epoch, &view.source, &"name", &view.salt]).unwrap();
        let columns = view.columns.join("\n");
        let [q1, q2, q3, q4, q5, q6, q7, q8] = redshift::parts(view.query).unwrap();
        let hash = "h".repeat(64);
        let base = view.columns.join(" ");
        self.procedure_call(
            "apply_view",
            &[
                &epoch,
                &view.source,
                &"the source",
                &view.name,
                &columns,
                &q1,
                &q2,
                &q3,
                &q4,
                &q5,
                &q6,
                &q7,
                &q8,
                &version,
                &hash,
                &base,
                &"a_1",
                &"{}",
                &base,
                &"[]",
            ],
        )
    }
}

/// A view to be applied.
pub(crate) struct View<'a> {
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) columns: &'a [&'a str],
    pub(crate) query: &'a str,
    pub(crate) salt: &'a str,
}

async fn connect(cluster: &Cluster) -> Client {
    let (client, connection) = tokio_postgres::connect(&cluster.admin_url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn said(error: &Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| format!("{error:?}"), |server| format!("{} {}", server.code().code(), server.message()))
}
