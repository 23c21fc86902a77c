//! Pushes to Redshift, through the double, in both layouts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_redshift_double::Double;
use scrim_testkit::agreement::{compare, random};
use scrim_testkit::random::Choice;
use scrim_testkit::{Governed, Target, agreement};
use scrim_warehouse::Warehouse;

const POLICIES: &str = "
{ kind: attribute, name: region }
---
{ kind: group, name: hr }
---
{ kind: user, name: ana, groups: [ hr ] }
---
{ kind: user, name: bob, attributes: { region: [ north ] } }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: email, tags: [ PII ] }, { name: region } ] }
---
{ kind: data-policy, name: p, where: all, rules: [
  { mask: { columns: { tag: PII }, with: hash }, except: { group: hr } },
  { rows: { match: { attribute: region, column: { name: region } } }, except: { group: hr } } ] }
";

fn prepare(governed: &Governed) {
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, email varchar(40), region varchar(10));
         INSERT INTO hr.staff VALUES (1, 'a@x', 'north'), (2, 'b@x', 'south');
         CREATE USER ana; CREATE USER bob; CREATE USER eve;",
    );
}

#[test]
fn a_push_is_enforced_and_a_second_one_changes_nothing() {
    for target in Target::REDSHIFT {
        let governed = Governed::on(target);
        prepare(&governed);
        let catalog = governed.catalog(POLICIES);
        assert_eq!(governed.try_install(&catalog).unwrap(), [] as [String; 0]);
        let report = governed.push(&catalog);
        assert_eq!((report.views.created, report.profiles.written), (1, 2));
        let seen = |user: &str| {
            let rows = governed.seen(user, "SELECT id, email, region FROM governed.staff ORDER BY id").unwrap();
            rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join("|")).collect::<Vec<_>>()
        };
        assert_eq!(seen("ana"), ["1|a@x|north", "2|b@x|south"]);
        let bob = seen("bob");
        assert!(
            bob.len() == 1 && bob[0].starts_with("1|") && bob[0].ends_with("|north") && bob[0].len() == 72,
            "{bob:?}"
        );
        assert_eq!(seen("eve"), [] as [&str; 0]);
        let again = governed.push(&catalog);
        assert!(!again.changes_anything(), "{again:?}");
        // As is the installation.
        governed.install(&catalog);
        let again = governed.push(&catalog);
        assert!(!again.changes_anything(), "{again:?}");
    }
}

/// Names with capitals, which a session reaches or not by a setting of its own, are refused.
fn columns_and_tables_with_capitals_are_refused_with_a_reason(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, \"Email\" varchar(40)); CREATE TABLE hr.\"Pay\" (id integer)");
    let text = |columns: &str, table: &str| {
        format!(
            "{{ kind: subscription-policy, name: all, where: all, access: anyone }}\n---\n{{ kind: data-source, name: s, integration: w, table: {table}, columns: {columns} }}"
        )
    };
    let catalog = governed.catalog(&text("[]", "hr.staff"));
    governed.install(&catalog);
    let report = governed.push(&catalog);
    assert!(report.warnings.iter().any(|warning| warning.contains("`Email` stays out of the view")), "{report:?}");
    assert_eq!(governed.seen("postgres", "SELECT * FROM governed.staff").unwrap().len(), 0);
    for (text, part) in [
        (text("[ { name: Email } ]", "hr.staff"), "the column `Email` cannot be in the view: its name has capitals"),
        (text("[ { name: id } ]", "hr.Pay"), "with capitals in its name, cannot be governed"),
    ] {
        let options = scrim_sync::Options { allow_drop: true, ..Default::default() };
        let report = governed.try_push(&governed.catalog(&text), &options, chrono::Utc::now()).unwrap();
        assert!(report.failed[0].reason.contains(part), "{report:?}");
    }
}

scrim_testkit::on_redshift! {
    columns_and_tables_with_capitals_are_refused_with_a_reason
}

/// Tables that the views cannot protect are governed, and said to be so, when they are installed and at every push.
#[test]
fn external_tables_and_those_of_datashares_are_governed_with_a_warning() {
    let governed = Governed::on(Target::Central);
    governed.double().create_database("shared").unwrap();
    let url = governed.double().backend_url("shared");
    governed.wait(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
            .batch_execute("CREATE SCHEMA sales; CREATE TABLE sales.orders (id integer, buyer varchar(20)); INSERT INTO sales.orders VALUES (1, 'x');
                 GRANT USAGE ON SCHEMA sales TO PUBLIC; GRANT SELECT ON sales.orders TO PUBLIC")
            .await
            .unwrap();
    });
    governed.double().declare_datashare("shared").unwrap();
    // Whoever may use a shared database or an external schema may read its tables.
    governed.run(
        "CREATE USER ana; CREATE SCHEMA spectrum; CREATE TABLE spectrum.events (id integer, who varchar(20)); INSERT INTO spectrum.events VALUES (1, 'y');
         GRANT SELECT ON spectrum.events TO PUBLIC",
    );
    governed.double().declare_external("people", "spectrum").unwrap();
    let text = "
{ kind: user, name: ana }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
{ kind: data-source, name: events, integration: w, table: people.spectrum.events, columns: [ { name: id }, { name: who, tags: [ P ] } ] }
---
{ kind: data-source, name: orders, integration: w, table: shared.sales.orders, columns: [ { name: id }, { name: buyer, tags: [ P ] } ] }
---
{ kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: P }, with: { constant: hidden } } } ] }
";
    let catalog = scrim_testkit::catalog(&format!("{}{text}", governed.integration(", databases: [ people, shared ]")));
    let warnings = governed.try_install(&catalog).unwrap();
    let told = |warnings: &[String], table: &str| {
        warnings
            .iter()
            .any(|warning| warning.contains(&format!("`{table}` is ")) && warning.contains("protects nothing"))
    };
    let report = governed.push(&catalog);
    for table in ["people.spectrum.events", "shared.sales.orders"] {
        assert!(told(&warnings, table), "{warnings:?}");
        assert!(told(&report.warnings, table), "{report:?}");
    }
    let who = governed.seen("ana", "SELECT who FROM governed.events").unwrap();
    assert_eq!(who, [[Some("hidden".to_owned())]]);
    assert!(!governed.push(&catalog).changes_anything());
}

/// One rule for one user, who has values in several spellings.
fn one_rule(target: Target, rule: &str) -> String {
    let source = random(target, &mut Choice::new(1));
    let source = source.split_once("kind: data-source\n").unwrap().1;
    let source: Vec<&str> = source.lines().filter(|line| !line.contains("polic") && !line.contains("owners")).collect();
    format!(
        "{{ kind: attribute, name: v }}\n---\n{{ kind: user, name: u1, attributes: {{ v: [ '7', '7.00', '2024-02-29', '2024-02-29T00:00Z' ] }} }}\n---\n\
         {{ kind: subscription-policy, name: a, where: all, access: anyone }}\n---\n\
         {{ kind: data-policy, name: p, where: all, rules: [ {{ {rule} }} ] }}\n---\nkind: data-source\n{}\n",
        source.join("\n")
    )
}

/// What a rule is joined to has each value once, however often and in whatever spelling the user has it; and numbers at the
/// ends of their types, where a step on the way leaves the type, are no error, which would show the value.
#[test]
fn a_row_is_shown_once_and_no_mask_fails_at_the_ends_of_a_type() {
    let target = Target::PerDatabase;
    let governed = Governed::on(target);
    agreement::prepare(&governed);
    governed.install(&governed.catalog(&one_rule(target, "rows: { filter: 'id > 0' }")));
    for (matched, count) in [("num", 3), ("ts", 1)] {
        let rule = format!("rows: {{ match: {{ attribute: v, column: {{ name: {matched} }} }} }}");
        compare(&governed, &one_rule(target, &rule));
        assert_eq!(governed.seen("u1", "SELECT 1 FROM governed.all_types").unwrap().len(), count, "{matched}");
    }
    for mask in ["round: 1000", "randomize: { noise: { stddev: 3000 }, by: { name: id } }"] {
        compare(&governed, &one_rule(target, &format!("mask: {{ columns: {{ tag: N }}, with: {{ {mask} }} }}")));
    }
}

/// Why a login cannot connect, as somebody is told who tries.
fn refused(double: &Double, more: &str) -> String {
    let password = tempfile(b"secret");
    let catalog = scrim_testkit::catalog(&format!(
        "{{ kind: integration, name: w, engine: redshift, host: 127.0.0.1, port: {}, database: postgres, layout: per-database, \
         password: {{ file: '{}' }}{more} }}\n---\n{{ kind: tag, name: T }}",
        double.port(),
        password.path().display()
    ));
    let integration = &catalog.integrations.values().next().unwrap().item;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Warehouse::connect(integration)).err().unwrap().to_string()
}

fn tempfile(text: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, text).unwrap();
    file
}

#[test]
fn who_cannot_connect_is_told_why() {
    let options = scrim_redshift_double::Options { digest_users: vec!["digest".to_owned()], ..Default::default() };
    let double = Double::start(&options).unwrap();
    // Verified unless told otherwise, and this server has no certificate.
    let plain = refused(&double, "");
    assert!(plain.contains("server does not support TLS"), "{plain}");
    let digest = refused(&double, ", user: digest, tls: disable");
    assert!(digest.contains("kept in a way that only Amazon's own drivers know"), "{digest}");
    let nobody = refused(&double, ", tls: disable");
    assert!(nobody.contains("password authentication failed for user \"scrim_system\""), "{nobody}");
}

/// What is long goes in several statements, and what is too long closes its source with the reason, and no other.
#[test]
fn limits_of_statements_are_kept() {
    let governed = Governed::on(Target::PerDatabase);
    prepare(&governed);
    governed.run("CREATE TABLE hr.pay (id integer, email varchar(40))");
    let groups: Vec<String> = (0..1200).map(|n| format!("{{ kind: group, name: g{n} }}\n---\n")).collect();
    let names: Vec<String> = (0..1200).map(|n| format!("g{n}")).collect();
    let source = |name: &str| {
        format!(
            "{{ kind: data-source, name: {name}, integration: w, table: hr.{name}, columns: [ {{ name: id }}, {{ name: email }} ] }}\n---\n"
        )
    };
    let text = |rules: usize| {
        let rules: Vec<String> =
            (0..rules).map(|n| format!("{{ rows: {{ filter: \"email <> '{n}{}'\" }} }}", "x".repeat(9000))).collect();
        format!(
            "{}{{ kind: user, name: ana, groups: [ {} ] }}\n---\n{{ kind: subscription-policy, name: all, where: all, access: anyone }}\n---\n\
             {}{}{{ kind: data-policy, name: p, where: {{ data_source: staff }}, rules: [ {} ] }}",
            groups.concat(),
            names.join(", "),
            source("staff"),
            source("pay"),
            rules.join(", ")
        )
    };
    governed.install(&governed.catalog(&text(1)));
    // Longer than one argument, and shorter than eight.
    governed.push(&governed.catalog(&text(20)));
    assert_eq!(governed.seen("ana", "SELECT 1 FROM governed.staff").unwrap().len(), 2);
    let staged: Vec<String> =
        governed.double().seen().into_iter().filter(|sql| sql.contains("profile_stage (batch")).collect();
    assert!(staged.len() >= 3 && staged.iter().all(|sql| sql.matches("'ana'").count() <= 500), "{}", staged.len());
    let report =
        governed.try_push(&governed.catalog(&text(60)), &scrim_sync::Options::default(), chrono::Utc::now()).unwrap();
    assert!(report.failed.len() == 1 && report.failed[0].closed, "{:?}", report.failed);
    assert!(report.failed[0].reason.contains("longer than the 524,280 bytes"), "{:?}", report.failed);
    assert_eq!(governed.seen("ana", "SELECT 1 FROM governed.staff").unwrap().len(), 0);
    assert_eq!(governed.seen("ana", "SELECT 1 FROM governed.pay").unwrap().len(), 0);
    assert_eq!(governed.push(&governed.catalog(&text(1))).failed, []);
    assert_eq!(governed.seen("ana", "SELECT 1 FROM governed.staff").unwrap().len(), 2);
}
