//! What could be governed is listed, told to have changed, and sampled; and nothing else is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::{Catalog, FoundColumn, Name, TableName};
use scrim_testkit::{Governed, Target, catalog, ident, literal};
use scrim_warehouse::{ListedTable, Relation, SampledColumn, SchemaName, Warehouse, WarehouseError};

const SOURCES: &str = "
{ kind: data-source, name: staff, integration: w, table: hr.staff }
---
{ kind: subscription-policy, name: p, where: all, access: anyone }
";

const MONITORED: &str = ", monitored: [ { schema: 'shop*' }, { schema: hr_1 } ]";

fn monitored(governed: &Governed, more: &str) -> Catalog {
    catalog(&format!("{}{SOURCES}", governed.integration(more)))
}

/// All schemas, but for the one that the double keeps for itself.
fn names(warehouse: &Warehouse, governed: &Governed) -> Vec<SchemaName> {
    let found = governed.wait(warehouse.schemas()).unwrap().into_iter().map(|found| found.name);
    found.filter(|name| name.schema.as_str() != "redshift_double").collect()
}

fn listed(warehouse: &Warehouse, governed: &Governed) -> BTreeMap<String, ListedTable> {
    let tables = governed.wait(warehouse.listed(&names(warehouse, governed))).unwrap();
    tables.into_iter().map(|table| (format!("{}.{}", table.name.schema, table.name.table), table)).collect()
}

fn table(governed: &Governed, schema: &str, table: &str) -> TableName {
    let database = (governed.target() == Target::Central).then(|| Name::new("people").unwrap());
    TableName { database, schema: Name::new(schema).unwrap(), table: Name::new(table).unwrap() }
}

fn columns(all: &[(&str, &str)]) -> Vec<FoundColumn> {
    let column = |(name, column_type): &(&str, &str)| FoundColumn {
        name: (*name).to_owned(),
        column_type: (*column_type).to_owned(),
    };
    all.iter().map(column).collect()
}

fn pairs(column: &SampledColumn) -> BTreeMap<&str, u64> {
    column.values.iter().map(|(value, rows)| (value.as_str(), *rows)).collect()
}

fn tables_of_all_schemas_but_the_systems_are_listed(target: Target) {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE SCHEMA shop; CREATE SCHEMA other;
         CREATE TABLE hr.staff (id integer, name varchar(40)); CREATE TABLE shop.orders (id integer, price numeric(12,2));
         ALTER TABLE shop.orders DROP COLUMN id; ALTER TABLE shop.orders ADD COLUMN at timestamp;
         CREATE VIEW shop.cheap AS SELECT o.price FROM shop.orders AS o; CREATE TABLE other.thing (x integer)",
    );
    let catalog = monitored(&governed, MONITORED);
    governed.install(&catalog);
    governed.push(&catalog);
    let warehouse = governed.connect(&catalog);
    let schemas: BTreeSet<String> = names(&warehouse, &governed).iter().map(|name| name.schema.to_string()).collect();
    let known: BTreeSet<String> = ["hr", "other", "public", "shop"].map(str::to_owned).into();
    assert_eq!(schemas, known);

    let listed = listed(&warehouse, &governed);
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["hr.staff", "other.thing", "shop.cheap", "shop.orders"]);
    let orders = &listed["shop.orders"];
    assert_eq!(orders.columns, columns(&[("price", "numeric(12,2)"), ("at", "timestamp without time zone")]));
    assert_eq!((orders.positions["price"], orders.positions["at"]), (2, 3));
    assert_eq!((orders.relation, listed["shop.cheap"].relation), (Relation::Table, Relation::View));
    assert!(orders.readable && listed["hr.staff"].readable && listed["shop.cheap"].readable);
    assert!(!listed["other.thing"].readable);
    // What is listed is found under the same name.
    let found = governed.wait(warehouse.tables(std::slice::from_ref(&orders.name))).unwrap();
    assert_eq!(found[&orders.name].identity, orders.identity);
    assert_eq!(found[&orders.name].positions, orders.positions);
}

fn new_tables_of_monitored_schemas_can_be_read_and_are_noticed(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE SCHEMA shop; CREATE SCHEMA other; CREATE TABLE hr.staff (id integer)");
    let catalog = monitored(&governed, MONITORED);
    governed.install(&catalog);
    let warehouse = governed.connect(&catalog);
    let schemas = names(&warehouse, &governed);
    let marks = || governed.wait(warehouse.marks(&schemas)).unwrap();
    let mut before = marks();
    assert_eq!(before, marks());
    for (change, schema) in [
        ("CREATE TABLE shop.baskets (id integer, mail varchar(80))", "shop"),
        ("ALTER TABLE shop.baskets RENAME COLUMN mail TO email", "shop"),
        ("ALTER TABLE shop.baskets ADD COLUMN phone varchar(20)", "shop"),
        ("ALTER TABLE shop.baskets DROP COLUMN phone", "shop"),
        ("GRANT SELECT ON shop.baskets TO PUBLIC", "shop"),
        ("DROP TABLE shop.baskets; CREATE TABLE shop.baskets (id integer, email varchar(80))", "shop"),
        ("CREATE TABLE other.thing (x integer)", "other"),
        ("DROP TABLE other.thing", "other"),
    ] {
        governed.run(change);
        let after = marks();
        let changed: Vec<&str> = schemas
            .iter()
            .filter(|name| before.get(name) != after.get(name))
            .map(|name| name.schema.as_str())
            .collect();
        assert_eq!(changed, [schema], "{change}");
        before = after;
    }
    governed.run("CREATE TABLE other.thing (x integer)");
    let listed = listed(&warehouse, &governed);
    assert!(listed["shop.baskets"].readable, "by default privileges");
    assert!(!listed["other.thing"].readable);
    // A push governs it at once, without an administrator.
    let more = "\n---\n{ kind: data-source, name: baskets, integration: w, table: shop.baskets }\n";
    let catalog = scrim_testkit::catalog(&format!("{}{SOURCES}{more}", governed.integration(MONITORED)));
    governed.push(&catalog);
}

fn samples_are_of_what_is_governed_or_monitored(target: Target) {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE SCHEMA shop; CREATE SCHEMA other; CREATE SCHEMA hr_1; CREATE SCHEMA hrx1;
         CREATE TABLE hr.staff (id integer, ok boolean, born date, seen timestamp, at timestamptz, pay numeric(12,2), name varchar(400));
         INSERT INTO hr.staff VALUES (1, true, '1980-02-29', '2026-01-02 03:04:05', '2026-01-02 03:04:05+00', 10.50, 'Ann'),
           (2, false, NULL, NULL, NULL, NULL, 'Ann'), (3, NULL, '1999-12-31', NULL, NULL, 1, NULL);
         CREATE TABLE hr.pay (id integer); CREATE TABLE shop.orders (id integer); CREATE TABLE other.thing (id integer);
         CREATE TABLE hr_1.a (id integer); CREATE TABLE hrx1.a (id integer)",
    );
    governed.run(&format!("INSERT INTO hr.staff (id, name) VALUES (4, '{}')", "é".repeat(190)));
    let catalog = monitored(&governed, MONITORED);
    governed.install(&catalog);
    governed.push(&catalog);
    let mut warehouse = governed.connect(&catalog);
    let wanted = columns(&[
        ("id", "integer"),
        ("ok", "boolean"),
        ("born", "date"),
        ("seen", "timestamp without time zone"),
        ("at", "timestamp with time zone"),
        ("pay", "numeric(12,2)"),
        ("name", "character varying(400)"),
    ]);
    let staff = table(&governed, "hr", "staff");
    let sample = governed.wait(warehouse.sample(&staff, &wanted, 1000)).unwrap();
    assert_eq!(sample.len(), 7);
    assert!(sample.values().all(|column| column.rows == 4), "{sample:?}");
    assert_eq!(pairs(&sample["id"]), BTreeMap::from([("1", 1), ("2", 1), ("3", 1), ("4", 1)]));
    assert_eq!((pairs(&sample["ok"]), sample["ok"].nulls), (BTreeMap::from([("true", 1), ("false", 1)]), 2));
    assert_eq!(pairs(&sample["born"]), BTreeMap::from([("1980-02-29", 1), ("1999-12-31", 1)]));
    assert_eq!(pairs(&sample["seen"]), BTreeMap::from([("2026-01-02 03:04:05", 1)]));
    assert!(sample["at"].values[0].0.starts_with("2026-01-02 03:04:05"), "{sample:?}");
    assert_eq!(pairs(&sample["pay"]), BTreeMap::from([("10.50", 1), ("1.00", 1)]));
    assert_eq!((sample["name"].values[0].clone(), sample["name"].nulls), (("Ann".to_owned(), 2), 1));

    let few = governed.wait(warehouse.sample(&staff, &wanted, 2)).unwrap();
    assert!(few.values().all(|column| column.rows == 2), "{few:?}");
    let id = columns(&[("id", "integer")]);
    for (schema, name) in [("shop", "orders"), ("hr_1", "a")] {
        let empty = governed.wait(warehouse.sample(&table(&governed, schema, name), &id, 10)).unwrap();
        assert!(empty.values().all(|column| column.rows == 0), "{empty:?}");
    }
    for (schema, name) in [
        ("hr", "pay"),
        ("other", "thing"),
        ("hrx1", "a"),
        ("hr", "nothing"),
        ("immuta_system", "salt"),
        ("governed", "staff"),
        ("pg_catalog", "pg_authid"),
        ("information_schema", "tables"),
    ] {
        let refused =
            governed.wait(warehouse.sample(&table(&governed, schema, name), &id, 10)).unwrap_err().to_string();
        assert!(refused.contains("may not be sampled"), "{schema}.{name}: {refused}");
    }
    // Neither readers nor anybody else may call it.
    governed.run("CREATE ROLE eve LOGIN");
    let call = if target == Target::Postgresql {
        "SELECT * FROM immuta_procedures.sample('hr', 'staff', ARRAY['id'], 1)"
    } else {
        "CALL immuta_procedures.sample('', 'hr', 'staff', 'tid', 1)"
    };
    assert_eq!(governed.refused("eve", call), "42501");
    if target != Target::Postgresql {
        assert_eq!(governed.cell("SELECT COUNT(*) FROM immuta_system.sample").as_deref(), Some("0"), "taken back");
        assert_eq!(governed.refused("eve", "SELECT * FROM immuta_system.sample"), "42501");
    }
}

fn samples_are_bounded(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, note varchar(2000), same varchar(9))");
    governed.run(
        "INSERT INTO hr.staff SELECT n, CASE WHEN n % 2 = 0 THEN repeat('x', 1990) || n::text END, 'same'
         FROM generate_series(1, 30000) AS s (n)",
    );
    governed.run("ANALYZE hr.staff");
    let catalog = monitored(&governed, "");
    governed.install(&catalog);
    governed.push(&catalog);
    let mut warehouse = governed.connect(&catalog);
    let wanted = columns(&[("id", "integer"), ("note", "character varying(2000)"), ("same", "character varying(9)")]);
    let staff = table(&governed, "hr", "staff");
    for (asked, most) in [(1000, 1000), (10, 10), (1_000_000, 10_000), (0, 10_000)] {
        let sample = governed.wait(warehouse.sample(&staff, &wanted, asked)).unwrap();
        let id = &sample["id"];
        assert!(id.rows > 0 && id.rows <= most, "{asked}: {}", id.rows);
        assert!(id.values.len() <= 1000 && id.values.iter().all(|(_, rows)| *rows == 1));
        assert!(sample["note"].values.iter().all(|(value, _)| value.chars().count() == 256));
        assert_eq!(sample["same"].values, [("same".to_owned(), sample["same"].rows)]);
    }
}

fn hostile_names_and_values_are_what_they_are(target: Target) {
    let governed = Governed::on(target);
    let long = "x".repeat(if target == Target::Postgresql { 63 } else { 60 });
    let hostile = ["it's", r#"a"b"#, r"back\slash'); --", "größe €", "$scrim$", "%s %i {owner}", "new. dot", &long];
    let schema = r#"we'ird "%_@\ s"#;
    governed.run(&format!("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer); CREATE SCHEMA {}", ident(schema)));
    for name in hostile {
        let columns: Vec<String> = hostile.iter().map(|column| format!("{} varchar(400)", ident(column))).collect();
        governed.run(&format!("CREATE TABLE {}.{} ({})", ident(schema), ident(name), columns.join(", ")));
        let values: Vec<String> = hostile.iter().map(|value| literal(value)).collect();
        governed.run(&format!("INSERT INTO {}.{} VALUES ({})", ident(schema), ident(name), values.join(", ")));
    }
    let catalog = monitored(&governed, &format!(", monitored: [ {{ schema: {schema:?} }} ]"));
    governed.install(&catalog);
    let mut warehouse = governed.connect(&catalog);
    let schemas = names(&warehouse, &governed);
    assert!(schemas.iter().any(|name| name.schema.as_str() == schema), "{schemas:?}");
    assert_eq!(governed.wait(warehouse.marks(&schemas)).unwrap().len(), 2);
    let listed = listed(&warehouse, &governed);
    for name in hostile {
        let found = &listed[&format!("{schema}.{name}")];
        assert!(found.readable, "{name}");
        let sample = governed.wait(warehouse.sample(&found.name, &found.columns, 10)).unwrap();
        for column in hostile {
            assert_eq!(sample[column].values, [(column.to_owned(), 1)], "{name}");
        }
    }
}

fn profiles_of_some_are_theirs_alone(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer)");
    let mut text = format!("{}{SOURCES}", governed.integration(""));
    for n in 0..30 {
        text += &format!("---\n{{ kind: user, name: 'user {n}' }}\n");
    }
    text += "---\n{ kind: user, name: \"it's\" }\n";
    let catalog = catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    let warehouse = governed.connect(&catalog);
    let mut all = BTreeMap::new();
    governed.wait(warehouse.profiles(|user, rows| assert!(all.insert(user, rows).is_none()))).unwrap();
    assert_eq!(all.len(), 31);
    let some = governed.wait(warehouse.profiles_of(&["user 7", "it's", "nobody", "user 29"])).unwrap();
    assert_eq!(some.keys().collect::<Vec<_>>(), ["it's", "user 29", "user 7"]);
    assert!(some.iter().all(|(user, rows)| all[user] == *rows));
    let everybody: Vec<&str> = all.keys().map(String::as_str).collect();
    let padding: Vec<String> = (0..1500).map(|n| format!("nobody {n}")).collect();
    let everybody: Vec<&str> = everybody.into_iter().chain(padding.iter().map(String::as_str)).collect();
    assert_eq!(governed.wait(warehouse.profiles_of(&everybody)).unwrap(), all);
    assert!(governed.wait(warehouse.profiles_of(&[])).unwrap().is_empty());
}

fn what_was_given_for_monitoring_is_taken_back(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer); CREATE SCHEMA shop; CREATE TABLE shop.orders (id integer)");
    let catalog = monitored(&governed, MONITORED);
    governed.install(&catalog);
    governed.install(&catalog);
    governed.push(&catalog);
    let other = monitored(&governed, ", monitored: [ { schema: 'shop*' } ]");
    let refused = governed.wait(Warehouse::connect(&other.integrations.values().next().unwrap().item));
    assert!(matches!(refused, Err(WarehouseError::OtherInstallation(_))));
    let integration = &catalog.integrations.values().next().unwrap().item;
    let tables = scrim_sync::tables(&catalog, integration);
    for really in [false, true] {
        let removal =
            governed.wait(scrim_warehouse::uninstall(integration, &tables, &governed.admin_url(), really)).unwrap();
        assert!(removal.complete(), "{removal:?}");
    }
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'scrim@_%' ESCAPE '@'";
    assert_eq!(governed.wait(governed.admin.query_one(roles, &[])).unwrap().get::<_, i64>(0), 0);
}

/// Whoever may put things into a monitored schema must not have their functions run as the owner of the salts.
#[test]
fn nobodys_code_is_run_by_a_sample() {
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer); CREATE SCHEMA shop; CREATE ROLE mallory;
         GRANT ALL ON SCHEMA shop TO mallory; SET ROLE mallory;
         CREATE TABLE shop.loot (who text); GRANT INSERT ON shop.loot TO PUBLIC;
         CREATE FUNCTION shop.take() RETURNS boolean LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO shop.loot VALUES (current_user); RETURN true; END $$;
         CREATE VIEW shop.trap AS SELECT shop.take() AS x;
         CREATE TABLE shop.ruled (x integer); INSERT INTO shop.ruled VALUES (1);
         ALTER TABLE shop.ruled ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON shop.ruled USING (shop.take());
         CREATE TYPE shop.mood AS ENUM ('good'); CREATE TYPE shop.pair AS (a shop.mood);
         CREATE FUNCTION shop.said(shop.mood) RETURNS text LANGUAGE sql AS $$ SELECT 'said' || shop.take()::text $$;
         CREATE CAST (shop.mood AS text) WITH FUNCTION shop.said(shop.mood) AS IMPLICIT;
         CREATE FUNCTION shop.said(shop.pair) RETURNS text LANGUAGE sql AS $$ SELECT 'said' || shop.take()::text $$;
         CREATE CAST (shop.pair AS text) WITH FUNCTION shop.said(shop.pair) AS IMPLICIT;
         CREATE TABLE shop.moods (m shop.mood, p shop.pair, l shop.mood[]); INSERT INTO shop.moods VALUES ('good', ROW('good'), '{good}'), (NULL, NULL, NULL);
         RESET ROLE",
    );
    let catalog = monitored(&governed, ", monitored: [ { schema: shop } ]");
    governed.install(&catalog);
    let mut warehouse = governed.connect(&catalog);
    let mut sample = |name: &str, column: &str| {
        governed.wait(warehouse.sample(&table(&governed, "shop", name), &columns(&[(column, "integer")]), 10))
    };
    assert!(sample("trap", "x").unwrap_err().to_string().contains("may not be sampled"));
    assert!(sample("ruled", "x").unwrap_err().to_string().contains("row-level security"));
    assert_eq!(sample("moods", "m").unwrap()["m"].values, [("good".to_owned(), 1)]);
    assert_eq!(sample("moods", "p").unwrap()["p"].values, [("(good)".to_owned(), 1)]);
    assert_eq!(sample("moods", "l").unwrap()["l"].values, [("{good}".to_owned(), 1)]);
    let taken = || governed.cell("SELECT count(*) FROM shop.loot WHERE who = 'scrim_owner'");
    assert_eq!(taken().as_deref(), Some("0"));
    // It would have worked.
    governed.run("GRANT USAGE ON SCHEMA shop TO PUBLIC; SET ROLE scrim_owner; SELECT * FROM shop.trap; SELECT CAST(m.m AS text) FROM shop.moods AS m; RESET ROLE");
    assert_ne!(taken().as_deref(), Some("0"));
}

/// An administrator who owns some of it only is told what is missing, and the rest is granted.
#[test]
fn what_an_administrator_may_not_grant_is_said() {
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer); CREATE SCHEMA shop; CREATE SCHEMA closed; CREATE TABLE closed.c (x integer);
         CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'k'; ALTER DATABASE postgres OWNER TO keeper; ALTER SCHEMA hr OWNER TO keeper;
         ALTER TABLE hr.staff OWNER TO keeper; ALTER SCHEMA shop OWNER TO keeper;
         CREATE TABLE shop.ours (x integer); ALTER TABLE shop.ours OWNER TO keeper; CREATE TABLE shop.theirs (x integer)",
    );
    let catalog = monitored(&governed, ", monitored: [ { schema: shop }, { schema: closed } ]");
    let integration = &catalog.integrations.values().next().unwrap().item;
    let tables = scrim_sync::tables(&catalog, integration);
    let url = governed.user_url("keeper", "k").into();
    let told = governed.wait(scrim_warehouse::install(integration, &tables, &url)).unwrap().join("\n");
    assert!(told.contains("1 tables of the schema shop cannot be read"), "{told}");
    assert!(told.contains("1 tables of the schema closed cannot be read"), "{told}");
    assert!(told.contains("tables that postgres will make in the schema shop"), "{told}");
    let warehouse = governed.connect(&catalog);
    let listed = listed(&warehouse, &governed);
    let readable = |name: &str| listed[name].readable;
    assert_eq!([readable("shop.ours"), readable("shop.theirs"), readable("closed.c")], [true, false, false]);
    governed.run("SET ROLE keeper; CREATE TABLE shop.later (x integer); RESET ROLE");
    assert!(self::listed(&warehouse, &governed)["shop.later"].readable);
}

/// `cargo test --release -p scrim-sync --test monitoring -- --ignored --nocapture` says how long it takes.
fn ten_thousand_tables(target: Target) -> String {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer); CREATE SCHEMA shop");
    let columns: Vec<String> = (0..20).map(|n| format!("column_{n} varchar({})", n + 10)).collect();
    for from in (0..10_000).step_by(500) {
        let create = |n: i32| format!("CREATE TABLE shop.t{n} ({});", columns.join(", "));
        governed.run(&(from..from + 500).map(create).collect::<String>());
    }
    let catalog = monitored(&governed, ", monitored: [ { schema: shop } ]");
    let begun = std::time::Instant::now();
    governed.install(&catalog);
    let mut told = format!("{target:?}: installed in {:?}", begun.elapsed());
    let warehouse = governed.connect(&catalog);
    let schemas = names(&warehouse, &governed);
    for _ in 0..2 {
        let begun = std::time::Instant::now();
        governed.wait(warehouse.marks(&schemas)).unwrap();
        let marked = begun.elapsed();
        let tables = governed.wait(warehouse.listed(&schemas)).unwrap();
        assert_eq!(tables.len(), 10_001);
        told += &format!(", marks {marked:?}, listed {:?}", begun.elapsed() - marked);
    }
    told
}

#[test]
#[ignore = "a measurement"]
fn ten_thousand_tables_are_listed_quickly() {
    for target in [Target::Postgresql, Target::PerDatabase] {
        println!("{}", ten_thousand_tables(target));
    }
}

scrim_testkit::everywhere! {
    tables_of_all_schemas_but_the_systems_are_listed
    new_tables_of_monitored_schemas_can_be_read_and_are_noticed
    samples_are_of_what_is_governed_or_monitored
    samples_are_bounded
    hostile_names_and_values_are_what_they_are
    profiles_of_some_are_theirs_alone
    what_was_given_for_monitoring_is_taken_back
}
