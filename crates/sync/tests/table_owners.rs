//! Whoever owns a table is an analyst like others: nothing that can be hung on a table or a view runs with the rights of who owns
//! the views, when rows are counted or shown, a token is resolved or a sample is taken; nor does it leave anything behind in the session.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_catalog::FoundColumn;
use scrim_policy::source_key;
use scrim_testkit::Governed;
use scrim_warehouse::{Unmask, Warehouse};

/// Eve's table, with masks that are counted and resolved.
const CATALOG: &str = "
{ kind: user, name: ann }
---
{ kind: user, name: eve }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ] }
---
{ kind: data-source, name: mine, integration: w, table: eve.mine, columns: [ { name: a, tags: [ A ] }, { name: b, tags: [ B ] }, { name: c } ] }
---
{ kind: data-policy, name: ssn, where: { column_tag: SSN }, rules: [ { mask: { columns: { tag: SSN }, with: hash } } ] }
---
{ kind: data-policy, name: k, where: { column_tag: A }, rules: [ { mask: { columns: { tag: A }, with: { k_anonymous: { k: 2 } } } } ] }
---
{ kind: data-policy, name: r, where: { column_tag: B }, rules: [ { mask: { columns: { tag: B }, with: reversible } } ] }
";

/// What Eve's function tries, as whoever it runs as; a sequence remembers, whatever is rolled back.
const TRIED: [(&str, &str); 8] = [
    ("salts", "SELECT salt FROM immuta_system.salt"),
    ("tables", "SELECT ssn FROM hr.staff"),
    ("profile", "INSERT INTO immuta_system.profile VALUES (''eve'', ''group'', '''', ''hr'')"),
    ("claim", "CALL immuta_procedures.claim(NULL)"),
    (
        "scanned",
        "CALL immuta_system.scanned(''SELECT salt, NULL, NULL, NULL FROM immuta_system.salt'', NULL, NULL, NULL, NULL)",
    ),
    (
        "replace",
        "CREATE OR REPLACE FUNCTION immuta_system.scan(p_view text) RETURNS TABLE (a text, b text, c bigint, d bigint) LANGUAGE sql AS ''SELECT NULL, NULL, NULL, NULL''",
    ),
    ("make", "CREATE TABLE immuta_system.mine (a text)"),
    ("become", "SET LOCAL ROLE scrim_owner"),
];
/// Those that run as: everybody may be asked.
const ROLES: [&str; 4] = ["eve", "scrim_owner_scan", "scrim_owner", "scrim_system"];

/// A warehouse with Eve's table, made and hung as she says.
struct Hung {
    governed: Governed,
    warehouse: Warehouse,
}

impl Hung {
    fn start() -> Self {
        let governed = Governed::start();
        governed.run(
            "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123-45');
             CREATE ROLE ann LOGIN; CREATE ROLE eve LOGIN; CREATE SCHEMA eve AUTHORIZATION eve; GRANT USAGE ON SCHEMA eve TO PUBLIC",
        );
        let mut body = String::new();
        for (name, sql) in TRIED {
            body += &format!(
                "BEGIN EXECUTE '{sql}'; PERFORM nextval('eve.{name}'); EXCEPTION WHEN OTHERS THEN NULL; END; "
            );
        }
        // What stays of a session when nobody takes it back.
        body += "EXECUTE 'SET search_path = eve, pg_catalog';
                 BEGIN EXECUTE 'ALTER FUNCTION immuta_system.scan(text) SECURITY INVOKER'; EXCEPTION WHEN OTHERS THEN NULL; END; ";
        let remembered = TRIED.iter().map(|(name, _)| *name).chain(ROLES);
        for name in remembered {
            governed
                .seen("eve", &format!("CREATE SEQUENCE eve.{name}; GRANT ALL ON SEQUENCE eve.{name} TO PUBLIC"))
                .unwrap();
        }
        let spy = format!(
            "CREATE FUNCTION eve.spy() RETURNS boolean LANGUAGE plpgsql AS
               $$ BEGIN PERFORM nextval('eve.' || current_user); {body} RETURN true; END $$;
             CREATE FUNCTION eve.fixed(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN eve.spy(); END $$;
             CREATE TABLE eve.mine (a text, b text, c text); INSERT INTO eve.mine VALUES ('a', 'b', 'c'), ('a', 'b', 'c');
             GRANT SELECT ON eve.mine TO PUBLIC"
        );
        governed.seen("eve", &spy).unwrap();
        let catalog = governed.catalog(CATALOG);
        governed.install(&catalog);
        governed.push(&catalog);
        let warehouse = governed.connect(&catalog);
        Self { governed, warehouse }
    }

    /// How often each was reached since it was asked last.
    fn reached(&self) -> Vec<String> {
        let remembered = TRIED.iter().map(|(name, _)| *name).chain(ROLES);
        let reached = remembered.filter(|name| {
            let called = self.governed.cell(&format!("SELECT is_called FROM eve.{name}")) == Some("t".to_owned());
            self.governed.run(&format!("ALTER SEQUENCE eve.{name} RESTART"));
            called
        });
        reached.map(str::to_owned).collect()
    }

    /// Has all read of the table that the service reads by itself; how often it came to its end.
    fn read(&mut self) -> usize {
        let key = source_key(&scrim_catalog::Name::new("mine").unwrap());
        let (governed, warehouse) = (&self.governed, &mut self.warehouse);
        let table = "eve.mine".parse().unwrap();
        let epoch = governed.wait(warehouse.claim()).unwrap();
        let counted = governed.wait(warehouse.refresh(epoch, &key)).is_ok();
        let unmask = Unmask {
            key: &key,
            table: &table,
            column: "b",
            token: "0",
            requested_by: "eve",
            approved_by: "ann",
            reason: "r",
        };
        let resolved = governed.wait(warehouse.resolve(&unmask)).is_ok();
        let columns = [FoundColumn { name: "a".to_owned(), column_type: "text".to_owned() }];
        let sampled = governed.wait(warehouse.sample(&table, &columns, 10)).is_ok();
        let shown = matches!(governed.wait(warehouse.sample_rows(&key, &["a", "c"], 10)), Ok(Some(_)));
        usize::from(counted) + usize::from(resolved) + usize::from(sampled) + usize::from(shown)
    }
}

#[test]
fn nothing_that_hangs_on_a_table_runs_as_who_owns_the_views() {
    let mut hung = Hung::start();
    assert_eq!(hung.read(), 4);
    assert_eq!(hung.reached(), [""; 0]);
    let hangs = [
        ("CREATE INDEX trap ON eve.mine (a) WHERE eve.fixed(1)", "DROP INDEX eve.trap"),
        ("CREATE INDEX trap ON eve.mine ((c || eve.fixed(1)::text))", "DROP INDEX eve.trap"),
        ("CREATE STATISTICS eve.trap ON (a || eve.fixed(1)::text), b FROM eve.mine", "DROP STATISTICS eve.trap"),
        (
            "CREATE TABLE eve.trap (CHECK (eve.fixed(1))) INHERITS (eve.mine); INSERT INTO eve.trap VALUES ('a', 'b', 'c')",
            "DROP TABLE eve.trap",
        ),
        (
            "ALTER TABLE eve.mine ENABLE ROW LEVEL SECURITY; CREATE POLICY trap ON eve.mine USING (eve.spy())",
            "DROP POLICY trap ON eve.mine; ALTER TABLE eve.mine DISABLE ROW LEVEL SECURITY",
        ),
        (
            "ALTER TABLE eve.mine RENAME TO other; CREATE VIEW eve.mine AS SELECT * FROM eve.other WHERE eve.spy();
             GRANT SELECT ON eve.mine TO PUBLIC",
            "",
        ),
    ];
    let mut heard = 0;
    for (hang, away) in hangs {
        hung.governed.seen("eve", hang).unwrap();
        if hang.contains("VIEW") {
            // The data source is the view now.
            let catalog = hung.governed.catalog(CATALOG);
            hung.governed.install(&catalog);
            let confirmed = std::collections::BTreeSet::from([scrim_catalog::Name::new("mine").unwrap()]);
            let options = scrim_sync::Options { confirmed, ..Default::default() };
            hung.governed.try_push(&catalog, &options, chrono::Utc::now()).unwrap();
            hung.warehouse = hung.governed.connect(&catalog);
        }
        hung.reached();
        let read = hung.read();
        let reached = hung.reached();
        heard += usize::from(!reached.is_empty());
        assert!(reached.iter().all(|name| name == "scrim_owner_scan"), "{hang}: {reached:?} ({read} of 4 read)");
        // The function that reads is as it was made.
        let invoker = "SELECT prosecdef FROM pg_proc WHERE oid = 'immuta_system.scan(text)'::regprocedure";
        assert_eq!(hung.governed.cell(invoker).as_deref(), Some("t"), "{hang}");
        assert_eq!(hung.governed.wait(hung.warehouse.unintended()).unwrap(), []);
        if !away.is_empty() {
            hung.governed.seen("eve", away).unwrap();
        }
    }
    assert!(heard >= 5, "{heard}: the attacks are none any more");
}
