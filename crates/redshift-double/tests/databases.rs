//! Several databases: names of three parts, and whose privileges count.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use stand::{Session, Stand};

#[test]
fn databases() {
    let stand = Stand::start();
    let admin = stand.connect("postgres");
    admin.run("CREATE DATABASE sales");
    admin.run("CREATE DATABASE central");
    for user in ["owner", "reader", "eve"] {
        admin.run(&format!("CREATE USER \"{user}\" PASSWORD 'Secret1'"));
    }
    let sales = stand.connect("sales");
    sales.run(
        "CREATE SCHEMA src; CREATE TABLE src.\"Orders\" (id INTEGER, who VARCHAR(20), day DATE);
         INSERT INTO src.orders VALUES (1, 'reader', '2024-02-29'), (2, 'eve', '2024-03-01')",
    );
    let central = stand.connect("central");
    central.run("CREATE SCHEMA governed AUTHORIZATION \"owner\"; GRANT USAGE ON SCHEMA governed TO PUBLIC");
    names_of_three_parts(&central);
    privileges_are_those_of_home(&stand, &sales, &central);
    changes_are_followed(&stand, &sales, &central);
    procedures_reach_them(&stand, &sales, &central);
    what_is_not_there(&sales, &central);
    what_catalogs_tell(&stand, &sales, &central);
}

fn names_of_three_parts(central: &Session<'_>) {
    assert_eq!(central.rows("SELECT id FROM sales.src.orders ORDER BY id"), ["1", "2"]);
    assert_eq!(
        central.rows(
            "SELECT o.id, sales.src.orders.who FROM \"Sales\".src.\"ORDERS\", (SELECT 1 AS id) AS o WHERE orders.id = 1"
        ),
        ["1|reader"]
    );
    central.run(
        "CREATE TABLE governed.here (id INTEGER); INSERT INTO central.governed.here SELECT id FROM sales.src.orders",
    );
    assert_eq!(
        central.rows("SELECT COUNT(*) FROM central.governed.here AS h INNER JOIN sales.src.orders AS o ON o.id = h.id"),
        ["2"]
    );
    let error = central.refused("CREATE VIEW governed.bound AS SELECT id FROM sales.src.orders");
    assert!(error.starts_with("0A000") && error.contains("late-binding"), "{error}");
    assert!(central.refused("GRANT SELECT ON sales.src.orders TO reader").starts_with("0A000"));
}

fn privileges_are_those_of_home(stand: &Stand, sales: &Session<'_>, central: &Session<'_>) {
    let owner = stand.login("owner", "central");
    let (reader, eve) = (stand.login("reader", "central"), stand.login("eve", "central"));
    let view = "CREATE OR REPLACE VIEW governed.orders AS SELECT id, day FROM sales.src.orders WHERE who = current_user WITH NO SCHEMA BINDING";
    assert!(owner.refused(view).starts_with("42501"));
    sales.run("GRANT USAGE ON SCHEMA src TO \"owner\"; GRANT SELECT ON src.orders TO \"owner\"");
    owner.run(view);
    owner.run("GRANT SELECT ON governed.orders TO PUBLIC");
    let select = "SELECT id, day FROM governed.orders";
    // The owner may read the table, and the reader may not even look into its schema.
    assert_eq!(reader.refused(select), "42501 permission denied for schema src");
    sales.run("GRANT USAGE ON SCHEMA src TO PUBLIC");
    assert_eq!(reader.rows(select), ["1|2024-02-29"]);
    assert_eq!(eve.rows(select), ["2|2024-03-01"]);
    assert!(reader.refused("SELECT id FROM sales.src.orders").starts_with("42501"));
    sales.run("GRANT SELECT ON src.orders TO reader");
    assert_eq!(reader.rows("SELECT COUNT(*) FROM sales.src.orders"), ["2"]);
    assert!(eve.refused("SELECT id FROM sales.src.orders").starts_with("42501"));
    sales.run("REVOKE SELECT ON src.orders FROM reader");
    assert!(reader.refused("SELECT id FROM sales.src.orders").starts_with("42501"));
    // It is the owner's privilege that counts when the view is read.
    sales.run("REVOKE SELECT ON src.orders FROM \"owner\"");
    assert!(reader.refused(select).starts_with("42501"));
    sales.run("GRANT SELECT ON src.orders TO \"owner\"");
    assert_eq!(reader.rows(select), ["1|2024-02-29"]);
    // A view above it changes nothing about whose look-up it is.
    owner.run("CREATE VIEW governed.above AS SELECT id FROM governed.orders; GRANT SELECT ON governed.above TO PUBLIC");
    sales.run("REVOKE USAGE ON SCHEMA src FROM PUBLIC; GRANT USAGE ON SCHEMA src TO reader");
    assert_eq!(eve.refused("SELECT id FROM governed.above"), "42501 permission denied for schema src");
    assert_eq!(reader.rows("SELECT id FROM governed.above"), ["1"]);
    owner.run("DROP VIEW governed.above");
    sales.run("GRANT USAGE ON SCHEMA src TO PUBLIC");
    // From elsewhere it is a view that refers to yet another database.
    let error = sales.refused("SELECT id FROM central.governed.orders");
    assert!(error.starts_with("0A000") && error.contains("yet another database"), "{error}");
    // Nothing of the way there can be used for anything else.
    assert!(reader.refused("SELECT * FROM pg_catalog.dblink('other:sales', 'SELECT 1')").starts_with("42601"));
    let (_, password) = stand.double.administrator();
    let straight = stand.double.backend_url("central").replace(&format!("postgres:{password}"), "reader:Secret1");
    let straight = stand.open(&straight).unwrap();
    assert_eq!(straight.rows("SELECT umoptions FROM pg_user_mappings"), ["NULL"]);
    for sql in [
        "CREATE FOREIGN TABLE public.stolen (id integer, who text) SERVER \"other:sales\" OPTIONS (schema_name 'src', table_name 'orders')",
        "IMPORT FOREIGN SCHEMA src FROM SERVER \"other:sales\" INTO public",
        "SELECT * FROM redshift_double.dblink('other:sales', 'SELECT 1') AS t(a integer)",
        "SELECT id FROM \"sales.src\".orders",
    ] {
        assert!(straight.refused(sql).starts_with("42501"), "{sql}");
    }
    assert_eq!(central.rows("SELECT COUNT(*) FROM governed.orders"), ["0"]);
}

fn changes_are_followed(stand: &Stand, sales: &Session<'_>, central: &Session<'_>) {
    let reader = stand.login("reader", "central");
    sales.run("ALTER TABLE src.orders ADD COLUMN more INTEGER; UPDATE src.orders SET more = 7");
    assert_eq!(central.rows("SELECT DISTINCT more FROM sales.src.orders"), ["7"]);
    sales.run("ALTER TABLE src.orders DROP COLUMN day");
    assert!(reader.refused("SELECT id, day FROM governed.orders").starts_with("42703"));
    sales.run("ALTER TABLE src.orders ADD COLUMN day DATE");
    assert_eq!(reader.rows("SELECT id, day FROM governed.orders"), ["1|NULL"]);
    // Made anew, it is found again: the view goes by the name.
    sales.run("DROP TABLE src.orders");
    let error = reader.refused("SELECT id FROM governed.orders");
    assert!(error.starts_with("42P01") && error.contains("does not exist"), "{error}");
    sales.run("CREATE TABLE src.orders (id INTEGER, who VARCHAR(20), day DATE); INSERT INTO src.orders VALUES (3, 'reader', NULL)");
    assert!(reader.refused("SELECT id FROM governed.orders").starts_with("42501"), "nobody was granted it");
    sales.run("GRANT SELECT ON src.orders TO \"owner\"");
    assert_eq!(reader.rows("SELECT id FROM governed.orders"), ["3"]);
    // Also in the middle of somebody's transaction.
    reader.run("BEGIN; SELECT id FROM governed.orders");
    sales.run("GRANT SELECT ON src.orders TO eve");
    assert_eq!(reader.rows("SELECT id FROM governed.orders"), ["3"]);
    sales.run("REVOKE SELECT ON src.orders FROM \"owner\"");
    assert!(reader.refused("SELECT id FROM governed.orders").starts_with("42501"));
    reader.run("ROLLBACK");
    sales.run("GRANT SELECT ON src.orders TO \"owner\"; REVOKE SELECT ON src.orders FROM eve");
    // In a transaction that is not committed yet, nothing has changed for others.
    sales.run("BEGIN; REVOKE SELECT ON src.orders FROM \"owner\"");
    assert_eq!(reader.rows("SELECT id FROM governed.orders"), ["3"]);
    sales.run("ROLLBACK");
}

fn procedures_reach_them(stand: &Stand, sales: &Session<'_>, central: &Session<'_>) {
    sales.run(
        "CREATE TABLE src.fresh (a INTEGER); INSERT INTO src.fresh VALUES (9); GRANT SELECT ON src.fresh TO \"owner\"",
    );
    let owner = stand.login("owner", "central");
    owner.run(
        "CREATE PROCEDURE governed.count_rows(p_table VARCHAR(300), p_count INOUT BIGINT) AS $$
         BEGIN EXECUTE 'SELECT MAX(a) FROM ' || p_table INTO p_count; END; $$ LANGUAGE plpgsql SECURITY DEFINER",
    );
    owner.run("GRANT EXECUTE ON PROCEDURE governed.count_rows(VARCHAR(300), BIGINT) TO reader");
    let reader = stand.login("reader", "central");
    assert_eq!(reader.rows("CALL governed.count_rows('\"sales\".\"src\".\"fresh\"', 0)"), ["9"]);
    assert!(reader.refused("SELECT a FROM sales.src.fresh").starts_with("42501"));
    central.run(
        "CREATE PROCEDURE governed.in_text(p INOUT BIGINT) AS $$ BEGIN SELECT MAX(f.a) INTO p FROM sales.src.fresh AS f; END; $$ LANGUAGE plpgsql",
    );
    assert_eq!(central.rows("CALL governed.in_text(0)"), ["9"]);
}

fn what_is_not_there(sales: &Session<'_>, central: &Session<'_>) {
    for name in ["sales.src.nothing", "sales.nothing.nothing"] {
        let error = central.refused(&format!("SELECT 1 FROM {name}"));
        assert!(error.starts_with("42P01"), "{error}");
    }
    assert!(central.refused("SELECT 1 FROM nowhere.src.t").starts_with("3D000"));
    assert!(central.refused("SELECT 1 FROM sales.pg_catalog.pg_class").starts_with("0A000"));
    // What is closed to other databases later on is closed to them from then on.
    assert_eq!(central.rows("SELECT a FROM sales.src.fresh"), ["9"]);
    sales.run("GRANT SELECT (a) ON src.fresh TO reader");
    assert!(central.refused("SELECT a FROM sales.src.fresh").contains("privileges on columns"));
    sales.run("REVOKE SELECT (a) ON src.fresh FROM reader");
    assert_eq!(central.rows("SELECT a FROM sales.src.fresh"), ["9"]);
    sales.run("CREATE TABLE src.partly (a INTEGER); GRANT SELECT (a) ON src.partly TO reader");
    assert!(central.refused("SELECT a FROM sales.src.partly").contains("privileges on columns"));
}

fn what_catalogs_tell(stand: &Stand, sales: &Session<'_>, central: &Session<'_>) {
    let tables = "SELECT database_name, schema_name, table_name, table_type FROM svv_all_tables ORDER BY 1, 2, 3";
    assert_eq!(
        central.rows(tables),
        [
            "central|governed|here|TABLE",
            "central|governed|orders|VIEW",
            "sales|src|fresh|TABLE",
            "sales|src|orders|TABLE",
            "sales|src|partly|TABLE"
        ]
    );
    let reader = stand.login("reader", "central");
    assert_eq!(reader.rows(tables), ["central|governed|orders|VIEW", "sales|src|partly|TABLE"]);
    assert_eq!(
        central.rows("SELECT column_name, ordinal_position, data_type, character_maximum_length FROM svv_all_columns WHERE table_name = 'orders' AND database_name = 'sales' ORDER BY 2"),
        ["id|1|integer|NULL", "who|2|character varying|20", "day|3|date|NULL"]
    );
    stand.double.declare_external("central", "governed").unwrap();
    assert_eq!(central.rows("SELECT schemaname FROM svv_external_schemas"), ["governed"]);
    assert_eq!(central.rows("SELECT tablename FROM svv_external_tables ORDER BY 1"), ["here", "orders"]);
    assert_eq!(
        central.rows("SELECT columnname, external_type FROM svv_external_columns WHERE tablename = 'here'"),
        ["id|integer"]
    );
    assert!(central.rows(tables).contains(&"central|governed|here|EXTERNAL TABLE".to_owned()));
    drop(sales.try_run("SELECT 1"));
    stand.double.declare_datashare("sales").unwrap();
    assert_eq!(
        central.rows("SELECT database_type FROM svv_redshift_databases WHERE database_name = 'sales'"),
        ["shared"]
    );
    assert!(central.rows(tables).contains(&"sales|src|fresh|SHARED TABLE".to_owned()));
    let error = stand.open(&stand.double.admin_url("sales")).err().unwrap();
    assert!(error.contains("is a datashare"), "{error}");
}
