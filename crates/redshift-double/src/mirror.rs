//! Tables of other databases.
//!
//! PostgreSQL reads no other database by a name of three parts. In the database of the session stands, in a schema that
//! is called by both their names, a foreign table for each table that was asked for; it has the privileges that the
//! table has at home, so that they are checked where they would be: of the reader, or of the owner of a view.

use crate::answer::Answer;
use crate::control::Control;
use crate::rewrite::{Remote, ident, literal};

/// Everything about a relation of another database, in one row; none when it is not there.
const LOOK: &str = "SELECT c.relkind::text, \
    (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)::text \
     FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
    (SELECT COALESCE(json_agg(DISTINCT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END), '[]')::text \
     FROM aclexplode(COALESCE(n.nspacl, acldefault('n', n.nspowner))) AS x WHERE x.privilege_type = 'USAGE'), \
    (SELECT COALESCE(json_agg(DISTINCT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END), '[]')::text \
     FROM aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner))) AS x WHERE x.privilege_type = 'SELECT'), \
    EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL), \
    EXISTS (WITH RECURSIVE below AS (SELECT c.oid UNION SELECT d.refobjid FROM below AS b JOIN pg_rewrite AS w ON w.ev_class = b.oid \
     JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass) \
     SELECT FROM below AS b JOIN pg_class AS f ON f.oid = b.oid WHERE f.relkind = 'f') \
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'v', 'm', 'p', 'f')";

/// The foreign tables of a database that stand for tables of others.
const STANDING: &str = "SELECT n.nspname::text, c.relname::text, s.srvname::text FROM pg_foreign_table AS t \
    JOIN pg_class AS c ON c.oid = t.ftrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace \
    JOIN pg_foreign_server AS s ON s.oid = t.ftserver WHERE s.srvname LIKE 'other:%'";

/// Who may read what stands for a table, and look into what stands for its schema; and the columns of it.
const HERE: &str = "SELECT \
    (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)::text \
     FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";

/// Somebody's transaction holds what is to be changed.
const LOCKED: &str = "55P03";

type Columns = Vec<(String, String)>;

/// What a relation is at home.
struct Home {
    columns: Columns,
    lookers: Vec<String>,
    readers: Vec<String>,
}

/// Looks again at everything in a database that stands for tables of others, should anything have changed since.
pub(crate) async fn refresh(control: &mut Control, database: &str, changes: u64) -> Result<(), Answer> {
    match control.mirrored.get(database) {
        Some(seen) if *seen != changes => {}
        _ => return Ok(()),
    }
    control.mirrored.insert(database.to_owned(), changes);
    control.standing.remove(database);
    for remote in standing(control, database).await? {
        // What is gone fails when it is read; what is held by somebody's transaction is looked at another time.
        let done = match put(control, database, &remote).await {
            // Not to be read from here any more.
            Err(_) => close(control, database, &remote).await.is_ok(),
            Ok(done) => done,
        };
        if !done {
            control.mirrored.insert(database.to_owned(), 0);
        }
    }
    Ok(())
}

/// What stands in a database for tables of others.
async fn standing(control: &mut Control, database: &str) -> Result<Vec<Remote>, Answer> {
    let mut standing = Vec::new();
    for row in control.rows(database, STANDING, &[]).await? {
        let (schema, table, server): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let other = server.strip_prefix("other:").unwrap_or_default().to_owned();
        let schema = schema.strip_prefix(&format!("{other}.")).unwrap_or(&schema).to_owned();
        standing.push(Remote { database: other, schema, table });
    }
    Ok(standing)
}

/// Makes sure that something stands for a table of another database, if the table is there.
pub(crate) async fn ensure(control: &mut Control, database: &str, remote: &Remote) -> Result<(), Answer> {
    control.mirrored.entry(database.to_owned()).or_insert(0);
    if control.standing.get(database).is_some_and(|standing| standing.contains(remote)) {
        return Ok(());
    }
    put(control, database, remote).await.map(|_| ())
}

/// The same for all databases, so that what is not granted any more keeps no user from being dropped.
pub(crate) async fn refresh_all(control: &mut Control, changes: u64) -> Result<(), Answer> {
    let databases: Vec<String> = control.mirrored.keys().cloned().collect();
    for database in databases {
        refresh(control, &database, changes).await?;
        for remote in standing(control, &database).await? {
            // Nor what was granted on a table that is gone.
            if matches!(look(control, &remote).await, Ok(None)) {
                close(control, &database, &remote).await?;
            }
        }
    }
    Ok(())
}

/// Whether all of it could be done now.
async fn put(control: &mut Control, database: &str, remote: &Remote) -> Result<bool, Answer> {
    let Some(home) = look(control, remote).await? else {
        return Ok(true);
    };
    let local = remote.local_schema();
    let here = control.rows(database, HERE, &[&local, &remote.table]).await?;
    let here = here.first().map(|row| columns(row.get(0)));
    let (schema, table) = (ident(&local), format!("{}.{}", ident(&local), ident(&remote.table)));
    let mut sql = Vec::new();
    match here {
        None => {
            server(control, database, &remote.database).await?;
            sql.push(format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
            let columns: Vec<String> =
                home.columns.iter().map(|(name, kind)| format!("{} {kind}", ident(name))).collect();
            sql.push(format!(
                "CREATE FOREIGN TABLE {table} ({}) SERVER {} OPTIONS (schema_name {}, table_name {})",
                columns.join(", "),
                ident(&format!("other:{}", remote.database)),
                literal(&remote.schema),
                literal(&remote.table)
            ));
        }
        Some(here) => sql.extend(alterations(&table, &here, &home.columns)),
    }
    // One statement after the other, so that privileges follow even where a view keeps a column from going.
    let mut complete = true;
    for sql in sql {
        match control.run(database, &sql).await {
            Err(answer) if !sql.starts_with("ALTER") => return Err(answer),
            Err(answer) => complete &= answer.code != LOCKED,
            Ok(()) => {}
        }
    }
    control.run(database, &privileges(&schema, &table, &home)).await?;
    if complete {
        control.standing.entry(database.to_owned()).or_default().insert(remote.clone());
    }
    Ok(complete)
}

/// Takes all privileges from what stands for a table.
async fn close(control: &mut Control, database: &str, remote: &Remote) -> Result<(), Answer> {
    let local = remote.local_schema();
    let (schema, table) = (ident(&local), format!("{}.{}", ident(&local), ident(&remote.table)));
    let nobody = Home { columns: Vec::new(), lookers: Vec::new(), readers: Vec::new() };
    control.run(database, &privileges(&schema, &table, &nobody)).await
}

/// What a relation is at home, or why it cannot be read from elsewhere.
async fn look(control: &mut Control, remote: &Remote) -> Result<Option<Home>, Answer> {
    let rows = control.rows(&remote.database, LOOK, &[&remote.schema, &remote.table]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let Remote { database, schema, table } = remote;
    if row.get::<_, bool>(5) {
        return Err(Answer::new(
            "0A000",
            format!("view {database}.{schema}.{table} refers to objects of yet another database"),
        )
        .detail("Views of other databases that refer to objects of yet another database cannot be queried.")
        .hint(format!("Connect to the database {database} to query it.")));
    }
    if row.get::<_, bool>(4) {
        let message = format!("{database}.{schema}.{table} has privileges on columns");
        return Err(Answer::new("0A000", message).detail("Such tables cannot be queried from other databases."));
    }
    Ok(Some(Home { columns: columns(row.get(1)), lookers: names(row.get(2)), readers: names(row.get(3)) }))
}

/// The way to another database: for the double's foreign tables alone, since nobody else may use it for new ones.
async fn server(control: &mut Control, database: &str, other: &str) -> Result<(), Answer> {
    let address = control.rows(database, "SELECT postgresql_at FROM redshift_double.control", &[]).await?;
    let address: String = address.first().map(|row| row.get(0)).unwrap_or_default();
    let value = |key: &str| {
        let found = address.split_whitespace().find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
        literal(found.unwrap_or_default())
    };
    let name = ident(&format!("other:{other}"));
    let sql = format!(
        "CREATE SERVER IF NOT EXISTS {name} FOREIGN DATA WRAPPER postgres_fdw \
         OPTIONS (host {}, port {}, dbname {}, keep_connections 'off', use_remote_estimate 'false');
         CREATE USER MAPPING IF NOT EXISTS FOR PUBLIC SERVER {name} OPTIONS (user {}, password {})",
        value("host"),
        value("port"),
        literal(other),
        value("user"),
        value("password")
    );
    control.run(database, &sql).await
}

fn alterations(table: &str, here: &Columns, home: &Columns) -> Vec<String> {
    let mut sql = Vec::new();
    for (name, kind) in home {
        match here.iter().find(|(known, _)| known == name) {
            None => sql.push(format!("ALTER FOREIGN TABLE {table} ADD COLUMN {} {kind}", ident(name))),
            Some((_, known)) if known != kind => {
                sql.push(format!("ALTER FOREIGN TABLE {table} ALTER COLUMN {} TYPE {kind}", ident(name)));
            }
            Some(_) => {}
        }
    }
    for (name, _) in here.iter().filter(|(name, _)| !home.iter().any(|(known, _)| known == name)) {
        sql.push(format!("ALTER FOREIGN TABLE {table} DROP COLUMN {}", ident(name)));
    }
    sql
}

/// The privileges of home, and no others; at once, so that nobody loses one in between.
fn privileges(schema: &str, table: &str, home: &Home) -> String {
    // A name may hold what looks like a place to put something in: everything goes in at once.
    let clear = |on: String, acl: String| {
        let on = on.replace('\\', "\\\\").replace('\'', "''");
        format!(
            "DO $do$ DECLARE g record; BEGIN FOR g IN SELECT DISTINCT x.grantee FROM aclexplode({acl}) AS x \
             WHERE x.grantee <> 'postgres'::regrole LOOP EXECUTE 'REVOKE ALL ON {on} FROM ' || CASE g.grantee WHEN 0 THEN 'PUBLIC' \
             ELSE quote_ident(pg_get_userbyid(g.grantee)) END; END LOOP; END $do$;\n"
        )
    };
    let of_schema = format!("(SELECT nspacl FROM pg_namespace WHERE oid = {}::regnamespace)", literal(schema));
    let of_table = format!("(SELECT relacl FROM pg_class WHERE oid = {}::regclass)", literal(table));
    let mut sql = clear(format!("SCHEMA {schema}"), of_schema) + &clear(format!("TABLE {table}"), of_table);
    if !home.lookers.is_empty() {
        sql.push_str(&format!("GRANT USAGE ON SCHEMA {schema} TO {};\n", home.lookers.join(", ")));
    }
    if !home.readers.is_empty() {
        sql.push_str(&format!("GRANT SELECT ON TABLE {table} TO {};\n", home.readers.join(", ")));
    }
    sql
}

fn columns(json: Option<String>) -> Columns {
    json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

fn names(json: Option<String>) -> Vec<String> {
    json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}
