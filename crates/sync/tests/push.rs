//! What a push does and does not do, in real PostgreSQL.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use chrono::Utc;
use scrim_catalog::Name;
use scrim_sync::{Options, PlanRefused, Report, Step, SyncError, apply_step};
use scrim_testkit::{Governed, Target};
use scrim_warehouse::WarehouseError;

const PEOPLE: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
";
const STAFF: &str = "
kind: data-source
name: staff
integration: w
table: hr.staff
columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ]
---
";
const MASK: &str = "
kind: data-policy
name: ssn
where: { column_tag: SSN }
rules: [ { mask: { columns: { tag: SSN }, with: { constant: hidden } }, except: { group: hr } } ]
---
";

/// A warehouse with a table, Scrim installed and the catalog pushed.
fn pushed(target: Target, text: &str) -> Governed {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123'), (2, '456');
         CREATE TABLE hr.pay (id integer, pay integer); INSERT INTO hr.pay VALUES (1, 100);
         CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE owner2",
    );
    let catalog = governed.catalog(text);
    governed.install(&catalog);
    governed.push(&catalog);
    governed
}

fn base() -> String {
    format!("{PEOPLE}{STAFF}{MASK}")
}

fn try_push(governed: &Governed, text: &str, options: &Options) -> Result<Report, SyncError> {
    governed.try_push(&governed.catalog(text), options, Utc::now())
}

fn push(governed: &Governed, text: &str) -> Report {
    try_push(governed, text, &Options::default()).unwrap()
}

fn one(governed: &Governed, user: &str, sql: &str) -> Option<String> {
    governed.seen(user, sql).unwrap().pop().and_then(|mut row| row.pop().unwrap())
}

fn rows(governed: &Governed, user: &str) -> usize {
    governed.seen(user, "SELECT * FROM governed.staff").unwrap().len()
}

fn allow_drop() -> Options {
    Options { allow_drop: true, ..Options::default() }
}

fn the_first_push_makes_everything_and_the_second_changes_nothing(target: Target) {
    let governed = pushed(target, &base());
    let ssn = |user: &str| one(&governed, user, "SELECT ssn FROM governed.staff WHERE id = 1");
    assert_eq!((ssn("ann").as_deref(), ssn("bob").as_deref()), (Some("123"), Some("hidden")));
    let stamp = "SELECT string_agg(xmin::text, ',') FROM immuta_system.object_state";
    let before = governed.cell(stamp);
    let report = push(&governed, &base());
    assert!(!report.changes_anything());
    assert_eq!((report.views.unchanged, report.profiles.unchanged), (1, 2));
    assert_eq!(governed.cell(stamp), before);
}

fn a_changed_policy_replaces_one_view_and_a_changed_person_one_profile(target: Target) {
    let text = format!("{}{}", base(), STAFF.replace("staff", "pay").replace("name: ssn, tags: [ SSN ]", "name: pay"));
    let governed = pushed(target, &text);
    let report = push(&governed, &text.replace("constant: hidden", "constant: other"));
    assert_eq!((report.views.replaced, report.views.unchanged, report.profiles.unchanged), (1, 1, 2));
    let report = push(
        &governed,
        &text.replace("constant: hidden", "constant: other").replace("name: bob", "name: bob, groups: [ hr ]"),
    );
    assert_eq!((report.views.unchanged, report.profiles.written, report.profiles.unchanged), (2, 1, 1));
    assert_eq!(one(&governed, "bob", "SELECT ssn FROM governed.staff WHERE id = 1").as_deref(), Some("123"));
}

fn a_table_registered_under_an_existing_rule_writes_one_view_and_no_profile(target: Target) {
    let governed = pushed(target, &base());
    let text = format!("{}{}", base(), STAFF.replace("staff", "pay").replace("name: ssn, tags: [ SSN ]", "name: pay"));
    governed.install(&governed.catalog(&text));
    let report = push(&governed, &text);
    assert_eq!((report.views.created, report.views.unchanged), (1, 1));
    assert_eq!((report.profiles.written, report.profiles.unchanged), (0, 2));
    assert_eq!(one(&governed, "bob", "SELECT pay FROM governed.pay").as_deref(), Some("100"));
}

fn a_new_column_stays_hidden_until_somebody_names_it(target: Target) {
    let governed = pushed(
        target,
        &base().replace("columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ]", "columns: []").replace(MASK, ""),
    );
    governed.run("ALTER TABLE hr.staff ADD COLUMN note text DEFAULT 'raw'");
    let without =
        base().replace("columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ]", "columns: []").replace(MASK, "");
    let report = push(&governed, &without);
    assert!(!report.changes_anything());
    assert!(report.warnings.iter().any(|warning| warning.contains("`note`")), "{:?}", report.warnings);
    assert_eq!(governed.refused("ann", "SELECT note FROM governed.staff"), "42703");
    push(&governed, &without.replace("columns: []", "columns: []\nnew_columns: mask"));
    assert_eq!(governed.seen("ann", "SELECT note FROM governed.staff").unwrap(), [[None], [None]]);
    push(&governed, &without.replace("columns: []", "columns: [ { name: id }, { name: note } ]"));
    assert_eq!(one(&governed, "ann", "SELECT note FROM governed.staff").as_deref(), Some("raw"));
    assert_eq!(governed.refused("ann", "SELECT ssn FROM governed.staff"), "42703");
}

fn what_cannot_be_pushed_is_reported_and_holds_up_nothing_else(target: Target) {
    let text = format!(
        "{}{}---\n{}---\n{}",
        base(),
        STAFF.replace("staff", "nowhere"),
        STAFF.replace("staff", "pay").replace("name: ssn, tags: [ SSN ]", "name: salary"),
        STAFF
            .replace("name: staff", "name: secret")
            .replace("hr.staff", "public.secret")
            .replace("columns:", "view: governed.secret\ncolumns:"),
    );
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); CREATE TABLE hr.pay (id integer, pay integer); CREATE ROLE ann LOGIN");
    let catalog = governed.catalog(&text);
    let warnings = governed.try_install(&catalog).unwrap();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    governed.run("CREATE TABLE public.secret (id integer, ssn text)");
    let report = try_push(&governed, &text, &Options::default()).unwrap();
    assert_eq!(report.views.created, 1);
    let reasons: Vec<&str> = report.failed.iter().map(|failed| failed.reason.as_str()).collect();
    for (source, part) in [
        ("nowhere", "hr.nowhere` in the warehouse"),
        ("pay", "has no column `salary`"),
        ("secret", "the role `scrim_owner` may not read"),
    ] {
        assert!(
            report.failed.iter().any(|f| f.data_source == source && f.reason.contains(part)),
            "{source}: {reasons:?}"
        );
    }
    assert_eq!(rows(&governed, "ann"), 0);
}

fn a_source_whose_document_is_wrong_now_is_closed_until_it_is_mended(target: Target) {
    let governed = pushed(target, &base());
    let wrong = base().replace("name: ssn, tags", "name: sssn, tags");
    let report = push(&governed, &wrong);
    assert!(report.failed[0].closed && report.failed[0].reason.contains("did you mean `ssn`?"), "{report:?}");
    assert_eq!(rows(&governed, "ann"), 0);
    assert_eq!(push(&governed, &wrong).failed.len(), 1);
    let report = push(&governed, &base());
    assert_eq!(report.changes[0].action, "reopen");
    assert_eq!(rows(&governed, "ann"), 2);
}

/// Something that is no predicate, or names what the table lacks, closes what it was to filter.
fn a_rule_that_cannot_be_applied_closes_its_source(target: Target) {
    let governed = pushed(target, &base());
    for filter in ["id", "id = 1; DROP TABLE hr.staff", "nosuch = 1", "salt = 'x'", "scrim_t.id = 1", "p.value = 'x'"] {
        let rule =
            format!("{{ kind: data-policy, name: f, where: all, rules: [ {{ rows: {{ filter: {filter:?} }} }} ] }}");
        let report = push(&governed, &format!("{}{rule}", base()));
        assert!(
            report.failed[0].closed
                && report.failed[0].reason.starts_with("rule 1 of `f`: the filter cannot be applied"),
            "{report:?}"
        );
        assert_eq!(rows(&governed, "ann"), 0, "{filter}");
    }
    push(&governed, &base());
    assert_eq!(rows(&governed, "ann"), 2);
}

/// No process of Scrim's runs when a grant ends.
fn an_expired_grant_shows_no_rows_by_itself(target: Target) {
    let everybody = "{ kind: subscription-policy, name: everybody, where: all, access: anyone }";
    let governed = pushed(target, &base().replace(everybody, "{ kind: tag, name: T }"));
    assert_eq!(rows(&governed, "bob"), 0);
    // Redshift's clock stands still for a second at a time.
    let lasts = if target == Target::Postgresql { 1500 } else { 4000 };
    let expires = Utc::now() + chrono::Duration::milliseconds(lasts);
    let grant = format!("{{ kind: grant, name: g, user: bob, data_source: staff, expires: {} }}", expires.to_rfc3339());
    push(&governed, &base().replace(everybody, &grant));
    assert_eq!(rows(&governed, "bob"), 2);
    if target == Target::Postgresql {
        // Nor does a reader keep it by one long message, within which the time of the statement stands still.
        assert_eq!(
            governed.seen("bob", "SELECT pg_sleep(1.7); SELECT id FROM governed.staff").unwrap(),
            [[Some(String::new())]]
        );
    } else {
        std::thread::sleep(std::time::Duration::from_millis(5200));
    }
    assert_eq!(rows(&governed, "bob"), 0);
    assert_eq!(governed.seen("bob", "SELECT * FROM immuta_system.user_tables").unwrap().len(), 0);
}

/// Editing a condition moves people in and out of an audience, and writes no view.
fn an_edited_condition_changes_profiles_and_no_view(target: Target) {
    let governed = pushed(target, &base());
    let report = push(&governed, &base().replace("access: anyone", "access: { conditions: { group: hr } }"));
    assert_eq!((report.views.unchanged, report.profiles.written, report.profiles.unchanged), (1, 1, 1));
    assert_eq!((rows(&governed, "ann"), rows(&governed, "bob")), (2, 0));
}

fn an_empty_or_wrong_directory_takes_nothing_away(target: Target) {
    let governed = pushed(target, &base());
    let refused = |text: &str| match try_push(&governed, text, &Options::default()) {
        Err(SyncError::Refused(PlanRefused::Drops { what, .. })) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(PEOPLE), "views");
    assert_eq!(refused(&base().replace("{ kind: user, name: bob }\n---", "")), "users");
    assert_eq!(rows(&governed, "bob"), 2);
    let report = try_push(&governed, PEOPLE, &allow_drop()).unwrap();
    assert_eq!(report.views.dropped, 1);
    assert_eq!(governed.refused("bob", "SELECT * FROM governed.staff"), "42P01");
}

fn disabling_drops_the_view_and_enabling_restores_it_with_its_grants_and_hashes(target: Target) {
    let text = base().replace("{ constant: hidden }", "hash");
    let governed = pushed(target, &text);
    let hash = one(&governed, "bob", "SELECT ssn FROM governed.staff WHERE id = 1");
    let report = push(&governed, &text.replace("table: hr.staff", "table: hr.staff\nstatus: disabled"));
    assert_eq!(report.views.dropped, 1);
    assert_eq!(governed.refused("bob", "SELECT * FROM governed.staff"), "42P01");
    push(&governed, &text);
    assert_eq!(one(&governed, "bob", "SELECT ssn FROM governed.staff WHERE id = 1"), hash);
}

fn a_disabled_user_sees_nothing_any_more(target: Target) {
    let governed = pushed(target, &base());
    let report = push(&governed, &base().replace("name: bob", "name: bob, disabled: true"));
    assert_eq!((report.profiles.removed, report.profiles.unchanged), (1, 1));
    assert_eq!(rows(&governed, "bob"), 0);
}

fn a_view_whose_columns_change_is_made_anew_in_one_transaction(target: Target) {
    let governed = pushed(target, &base());
    let report = push(
        &governed,
        &base().replace("{ name: id }, { name: ssn, tags: [ SSN ] }", "{ name: ssn, tags: [ SSN ] }, { name: id }"),
    );
    assert_eq!(report.views.replaced, 1);
    assert_eq!(
        governed.seen("bob", "SELECT * FROM governed.staff WHERE id = 1").unwrap(),
        [[Some("hidden".to_owned()), Some("1".to_owned())]]
    );
}

fn a_view_may_get_another_name(target: Target) {
    let governed = pushed(target, &base());
    push(&governed, &base().replace("table: hr.staff", "table: hr.staff\nview: governed.people"));
    assert_eq!(governed.refused("bob", "SELECT * FROM governed.staff"), "42P01");
    assert_eq!(
        governed.seen("bob", "SELECT view_name FROM immuta_system.user_tables").unwrap(),
        [[Some("people".to_owned())]]
    );
}

fn drift_is_found_and_repaired(target: Target) {
    let governed = pushed(target, &base());
    let tampering = [
        "CREATE OR REPLACE VIEW governed.staff (id, ssn) AS SELECT 1, CAST('raw' AS varchar(64))",
        "GRANT SELECT, UPDATE ON governed.staff TO bob",
        "GRANT UPDATE (id) ON governed.staff TO bob",
        "ALTER VIEW governed.staff SET (security_barrier = true)",
        "ALTER VIEW governed.staff RENAME COLUMN ssn TO other",
        "REVOKE SELECT ON governed.staff FROM PUBLIC",
        "DROP VIEW governed.staff",
        "DELETE FROM immuta_system.gate",
        "UPDATE immuta_system.gate SET min_version = 0",
        "DELETE FROM immuta_system.tables",
        "INSERT INTO immuta_system.profile VALUES ('bob', 'group', '', 'hr')",
        "DELETE FROM immuta_system.profile WHERE immuta__userid = 'ann'",
        "UPDATE immuta_system.profile SET expires = now() + interval '1 day' WHERE immuta__userid = 'ann'",
        "INSERT INTO immuta_system.profile VALUES ('eve', 'user', '', 'eve')",
    ];
    let catalog = governed.catalog(&base());
    let integration = &catalog.integrations.values().next().unwrap().item;
    let differences = || {
        let warehouse = governed.connect(&catalog);
        governed.wait(scrim_sync::differences(&warehouse, &catalog, integration, Utc::now())).unwrap()
    };
    // Redshift has neither, on late-binding views.
    let there = |sql: &&str| {
        target == Target::Postgresql
            || !["security_barrier", "RENAME", "UPDATE (id)"].iter().any(|part| sql.contains(part))
    };
    for sql in tampering.into_iter().filter(there) {
        assert_eq!(differences(), [], "before {sql}");
        governed.run_at_home(sql);
        assert_ne!(differences(), [], "{sql}");
        let report = try_push(&governed, &base(), &allow_drop()).unwrap();
        assert!(report.changes_anything() && report.failed.is_empty(), "{sql}: {report:?}");
        let ssn = |user: &str| one(&governed, user, "SELECT ssn FROM governed.staff WHERE id = 1");
        assert_eq!((ssn("ann").as_deref(), ssn("bob").as_deref()), (Some("123"), Some("hidden")), "{sql}");
        if target == Target::Postgresql {
            assert_eq!(governed.refused("bob", "UPDATE governed.staff SET id = 1"), "42501", "{sql}");
        }
    }
    assert_eq!(differences(), []);
}

/// Killed after any step, the next push finishes what is left.
fn a_push_killed_anywhere_is_finished_by_the_next(target: Target) {
    let other = format!(
        "{}{}",
        base()
            .replace("name: bob", "name: bob, groups: [ hr ]")
            .replace("except: { group: hr }", "except: { not: { group: hr } }"),
        STAFF.replace("staff", "pay").replace("name: ssn, tags: [ SSN ]", "name: pay")
    );
    let governed = pushed(target, &base());
    for stop in 0..6 {
        for text in [&other, &base()] {
            let catalog = governed.catalog(text);
            let integration = &catalog.integrations.values().next().unwrap().item;
            governed.install(&catalog);
            let mut warehouse = governed.connect(&catalog);
            governed.wait(async {
                let epoch = warehouse.claim().await.unwrap();
                let plan = scrim_sync::plan(&warehouse, &catalog, integration, &allow_drop(), epoch, Utc::now())
                    .await
                    .unwrap();
                for step in plan.steps.iter().take(stop) {
                    assert_eq!(apply_step(&mut warehouse, epoch, step).await.unwrap(), None);
                }
            });
            drop(warehouse);
            try_push(&governed, text, &allow_drop()).unwrap();
            assert!(!push(&governed, text).changes_anything());
        }
    }
}

/// An old view clear for `not hr`, a new one clear for `hr`, and the membership changes in the same push: no moment
/// in between may show what neither state shows.
fn no_moment_of_a_push_shows_more_than_before_or_after(target: Target) {
    let governed = pushed(target, &base());
    let after = base()
        .replace("except: { group: hr }", "except: { not: { group: hr } }")
        .replace("groups: [ hr ]", "groups: []");
    let catalog = governed.catalog(&after);
    let integration = &catalog.integrations.values().next().unwrap().item;
    let mut warehouse = governed.connect(&catalog);
    let clear = |user: &str| {
        let rows = governed.seen(user, "SELECT 1 FROM governed.staff WHERE ssn <> 'hidden'").unwrap();
        !rows.is_empty()
    };
    let both = || (clear("ann"), clear("bob"));
    assert_eq!(both(), (true, false));
    let epoch = governed.wait(warehouse.claim()).unwrap();
    let plan = governed
        .wait(scrim_sync::plan(&warehouse, &catalog, integration, &Options::default(), epoch, Utc::now()))
        .unwrap();
    assert!(matches!(plan.steps[0], Step::Close { .. }), "{:?}", plan.steps);
    for step in &plan.steps {
        governed.wait(apply_step(&mut warehouse, epoch, step)).unwrap();
        // Bob was masked before, and is clear only when all is done.
        let done = std::ptr::eq(step, plan.steps.last().unwrap());
        assert!(done || !clear("bob"), "after {step:?}");
    }
    assert_eq!(both(), (true, true));
}

/// A source that gets another audience is neither closed nor empty while its view is replaced.
fn another_policy_on_a_source_leaves_no_gap(target: Target) {
    let governed = pushed(target, &base());
    let text = format!("{}{{ kind: subscription-policy, name: too, where: all, access: anyone }}", base());
    let catalog = governed.catalog(&text);
    let integration = &catalog.integrations.values().next().unwrap().item;
    let mut warehouse = governed.connect(&catalog);
    let epoch = governed.wait(warehouse.claim()).unwrap();
    let plan = governed
        .wait(scrim_sync::plan(&warehouse, &catalog, integration, &Options::default(), epoch, Utc::now()))
        .unwrap();
    assert_eq!(plan.steps.len(), 3, "{:?}", plan.steps);
    for step in &plan.steps {
        governed.wait(apply_step(&mut warehouse, epoch, step)).unwrap();
        assert_eq!((rows(&governed, "ann"), rows(&governed, "bob")), (2, 2), "after {step:?}");
    }
    assert!(!push(&governed, &text).changes_anything());
}

fn whoever_pushed_before_can_change_nothing_any_more(target: Target) {
    let governed = pushed(target, &base());
    let catalog = governed.catalog(&base());
    let integration = &catalog.integrations.values().next().unwrap().item;
    let mut slow = governed.connect(&catalog);
    let epoch = governed.wait(slow.claim()).unwrap();
    governed.run_at_home("DELETE FROM immuta_system.profile");
    let plan =
        governed.wait(scrim_sync::plan(&slow, &catalog, integration, &Options::default(), epoch, Utc::now())).unwrap();
    push(&governed, &base().replace("name: bob", "name: bob, disabled: true"));
    let stopped = governed.wait(apply_step(&mut slow, epoch, &plan.steps[0]));
    assert!(matches!(stopped, Err(WarehouseError::TakenOver)), "{stopped:?}");
    assert_eq!(rows(&governed, "bob"), 0);
}

/// A login with a connection of its own.
fn login(governed: &Governed, user: &str) -> tokio_postgres::Client {
    governed.run(&format!("ALTER ROLE {user} PASSWORD 'secret'"));
    governed.wait(async {
        let url = governed.user_url(user, "secret");
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    })
}

/// Definitions are always read fresh and rows by the snapshot: under an old one, the new view would meet the old profile.
#[test]
fn an_old_snapshot_never_meets_a_new_view() {
    let governed = pushed(Target::Postgresql, &base());
    let bob = login(&governed, "bob");
    governed.wait(bob.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")).unwrap();
    let after = base()
        .replace("except: { group: hr }", "except: { not: { group: hr } }")
        .replace("groups: [ hr ]", "groups: []");
    let after = after.replace("name: bob", "name: bob, groups: [ hr ]");
    push(&governed, &after);
    let clear = governed.wait(bob.query("SELECT 1 FROM governed.staff WHERE ssn <> 'hidden'", &[])).unwrap();
    assert_eq!(clear.len(), 0, "masked before, masked after, and clear in between");
    // A version that was once there never comes back.
    governed.wait(bob.batch_execute("COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")).unwrap();
    try_push(&governed, PEOPLE, &allow_drop()).unwrap();
    push(&governed, &base());
    let clear = governed.wait(bob.query("SELECT 1 FROM governed.staff WHERE ssn <> 'hidden'", &[])).unwrap();
    assert_eq!(clear.len(), 0);
}

/// Whoever locks a table holds up nothing but what must change on it. (Beside the table, the double cannot tell the
/// definition of a view meanwhile.)
fn a_locked_table_holds_up_no_push(target: Target) {
    let governed = pushed(target, &base());
    governed.run("BEGIN; LOCK TABLE hr.staff IN ACCESS EXCLUSIVE MODE");
    let report = push(&governed, &base().replace("name: bob", "name: bob, disabled: true"));
    assert_eq!((report.profiles.removed, report.views.unchanged), (1, 1));
    governed.run("ROLLBACK");
    assert_eq!(rows(&governed, "bob"), 0);
}

fn a_lookup_table_that_was_replaced_closes_its_source_until_that_is_confirmed(target: Target) {
    let rule = "{ kind: data-policy, name: l, where: all, rules: [ { rows: { lookup: { table: hr.desk, on: { k: { name: id } }, user: login } } } ] }";
    let text = format!("{}{rule}", base());
    let governed = Governed::on(target);
    let desk = "CREATE TABLE hr.desk (k integer, login text COLLATE \"C\"); INSERT INTO hr.desk VALUES (1, 'ann')";
    governed.run(&format!("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '1'), (2, '2'); {desk}; CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN"));
    let catalog = governed.catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    assert_eq!((rows(&governed, "ann"), rows(&governed, "bob")), (1, 0));
    governed
        .run(&format!("ALTER TABLE hr.desk RENAME TO old; {desk}, (2, 'ann'); GRANT SELECT ON hr.desk TO scrim_owner"));
    let report = push(&governed, &text);
    assert!(
        report.failed[0].closed
            && report.failed[0].reason.contains("hr.desk`, which a rule looks up in, is another one"),
        "{report:?}"
    );
    assert_eq!(rows(&governed, "ann"), 0);
    let confirm = Options { confirmed: BTreeSet::from([Name::new("staff").unwrap()]), ..Options::default() };
    assert_eq!(try_push(&governed, &text, &confirm).unwrap().failed, []);
    assert_eq!(rows(&governed, "ann"), 2);
}

/// Times before our era, infinite ones, other collations: nothing makes a view unreadable, which is all or nothing.
#[test]
fn values_at_the_edges_never_make_a_view_fail() {
    let text = format!(
        "{PEOPLE}{{ kind: data-source, name: odd, integration: w, table: hr.odd, columns: [ {{ name: id }}, {{ name: at }}, {{ name: tz }}, {{ name: day }}, {{ name: code }}, {{ name: txt }}, {{ name: num }} ] }}\n---\n\
         kind: data-policy\nname: m\nwhere: all\nrules:\n  - mask: {{ columns: {{ name: '^(at|tz|day)$' }}, with: {{ truncate: quarter }} }}\n  \
         - mask: {{ columns: {{ name: '^(code|txt)$' }}, with: hash }}\n    for: {{ user: bob }}\n    otherwise: clear\n  \
         - mask: {{ columns: {{ name: num }}, with: {{ round: 1000 }} }}\n  \
         - rows: {{ match: {{ groups: true, column: {{ name: code }} }} }}\n    for: {{ group: nobody }}\n    otherwise: all_rows\n  \
         - rows: {{ filter: \"date_trunc('year', at) < '2100-01-01' OR date_trunc('month', day) < '2100-01-01' OR id > 0\" }}\n  \
         - rows: {{ older_than: 1000 years, column: {{ name: at }} }}\n    for: {{ group: nobody }}\n    otherwise: all_rows\n  \
         - rows: {{ lookup: {{ table: hr.desk, on: {{ k: {{ name: txt }}, c: {{ name: code }} }}, user: login }} }}\n    for: {{ user: ann }}\n    otherwise: all_rows\n---\n{{ kind: group, name: nobody }}"
    );
    let governed = Governed::start();
    governed.run(
        "CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE SCHEMA hr; CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN;
         CREATE TABLE hr.odd (id integer, at timestamp, tz timestamptz, day date, code char(4) COLLATE public.loose, txt text COLLATE public.loose, num numeric);
         INSERT INTO hr.odd VALUES (1, '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '4714-11-24 BC', 'us', 'us', -1e-300),
           (2, 'infinity', '-infinity', 'infinity', 'US', 'US', 'NaN'), (3, '294276-12-31 23:59:59', '294276-12-31 23:59:59+00', '5874897-12-31', 'x', 'y', 'Infinity');
         CREATE TABLE hr.desk (k text COLLATE \"C\", c varchar(4) COLLATE public.loose, login name); INSERT INTO hr.desk VALUES ('us', 'us', 'ann')",
    );
    let catalog = governed.catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    let seen = governed
        .seen("bob", "SELECT id, at, tz, day, num, length(code), length(txt) FROM governed.odd ORDER BY id")
        .unwrap();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert_eq!(
        seen[0][1..],
        [None, None, None, Some("-1000".to_owned()), Some("64".to_owned()), Some("64".to_owned())]
    );
    // By bytes, `US` is not `us`, whatever the collations say.
    assert_eq!(governed.seen("ann", "SELECT id FROM governed.odd").unwrap(), [[Some("1".to_owned())]]);
}

fn two_sources_may_change_names(target: Target) {
    let pay = STAFF.replace("staff", "pay").replace("name: ssn, tags: [ SSN ]", "name: pay");
    let governed = pushed(target, &format!("{}{pay}", base()));
    let swapped = format!(
        "{}{}",
        base().replace("table: hr.staff", "table: hr.staff\nview: governed.pay"),
        pay.replace("table: hr.pay", "table: hr.pay\nview: governed.staff")
    );
    assert_eq!(push(&governed, &swapped).failed, []);
    assert_eq!(one(&governed, "ann", "SELECT pay FROM governed.staff").as_deref(), Some("100"));
    assert_eq!(governed.seen("ann", "SELECT ssn FROM governed.pay").unwrap().len(), 2);
}

/// A reader idle in a transaction holds a lock on the view for as long as it likes: closing needs no lock.
fn a_reader_who_holds_a_lock_cannot_keep_a_source_open(target: Target) {
    let governed = pushed(target, &base());
    let idle = login(&governed, "bob");
    governed.wait(idle.batch_execute("BEGIN; SELECT * FROM governed.staff")).unwrap();
    let stricter = base().replace("except: { group: hr }", "except: { group: hr }, because: no");
    let stricter = stricter.replace("constant: hidden", "constant: stricter");
    let report = push(&governed, &stricter);
    assert!(report.failed[0].closed && report.failed[0].reason.contains("locks"), "{report:?}");
    assert_eq!(rows(&governed, "ann"), 0);
    governed.wait(idle.batch_execute("COMMIT")).unwrap();
    assert_eq!(push(&governed, &stricter).failed, []);
    assert_eq!(rows(&governed, "ann"), 2);
}

#[test]
fn a_view_of_somebody_elses_on_a_governed_one_is_reported_and_never_dropped() {
    let governed = pushed(Target::Postgresql, &base());
    governed.run("CREATE SCHEMA ann AUTHORIZATION ann");
    governed.seen("ann", "CREATE VIEW ann.mine AS SELECT * FROM governed.staff").unwrap();
    let report = try_push(&governed, PEOPLE, &allow_drop()).unwrap();
    assert!(report.failed[0].reason.contains("ann.mine") && report.failed[0].closed, "{report:?}");
    assert_eq!(governed.seen("ann", "SELECT * FROM ann.mine").unwrap().len(), 0);
    governed.seen("ann", "DROP VIEW ann.mine").unwrap();
    assert_eq!(try_push(&governed, PEOPLE, &allow_drop()).unwrap().views.dropped, 1);
}

fn a_relation_that_scrim_did_not_make_is_never_replaced(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); CREATE ROLE ann LOGIN");
    let catalog = governed.catalog(&base());
    governed.install(&catalog);
    governed.run_at_home("CREATE VIEW governed.staff AS SELECT 'mine' AS whose");
    let report = try_push(&governed, &base(), &Options::default()).unwrap();
    assert!(report.failed[0].reason.contains("was not made by Scrim"), "{report:?}");
    assert_eq!(governed.cell("SELECT whose FROM governed.staff").as_deref(), Some("mine"));
}

/// A view of PostgreSQL's stays on the table it was made on, whatever takes that table's name.
fn a_table_that_was_replaced_closes_its_source_until_that_is_confirmed(target: Target) {
    let confirm = Options { confirmed: BTreeSet::from([Name::new("staff").unwrap()]), ..Options::default() };
    let changes = [
        (
            "ALTER TABLE hr.staff RENAME TO staff_old; CREATE TABLE hr.staff (id integer, ssn varchar(11)); GRANT SELECT ON hr.staff TO scrim_owner",
            "is another one",
        ),
        ("ALTER TABLE hr.staff OWNER TO owner2", "now belongs to `owner2`"),
        (
            "ALTER TABLE hr.staff RENAME COLUMN ssn TO old; ALTER TABLE hr.staff ADD COLUMN ssn varchar(11)",
            "the column `ssn`",
        ),
    ];
    for (sql, part) in changes {
        let governed = pushed(target, &base());
        governed.run(sql);
        let report = push(&governed, &base());
        assert!(report.failed[0].reason.contains(part) && report.failed[0].closed, "{report:?}");
        assert_eq!(rows(&governed, "ann"), 0, "{sql}");
        assert_eq!(push(&governed, &base()).failed.len(), 1);
        let report = try_push(&governed, &base(), &confirm).unwrap();
        assert_eq!((report.failed.len(), report.views.replaced), (0, 1), "{sql}");
        governed.run("INSERT INTO hr.staff (id, ssn) VALUES (9, '999')");
        assert_eq!(
            one(&governed, "ann", "SELECT ssn FROM governed.staff WHERE id = 9").as_deref(),
            Some("999"),
            "{sql}"
        );
        assert!(!push(&governed, &base()).changes_anything());
    }
}

#[test]
fn a_locked_table_holds_up_no_push_in_postgresql() {
    a_locked_table_holds_up_no_push(Target::Postgresql);
}

#[test]
fn a_locked_table_holds_up_no_push_from_another_database() {
    a_locked_table_holds_up_no_push(Target::Central);
}

scrim_testkit::everywhere! {
    the_first_push_makes_everything_and_the_second_changes_nothing
    a_changed_policy_replaces_one_view_and_a_changed_person_one_profile
    a_table_registered_under_an_existing_rule_writes_one_view_and_no_profile
    a_new_column_stays_hidden_until_somebody_names_it
    what_cannot_be_pushed_is_reported_and_holds_up_nothing_else
    a_source_whose_document_is_wrong_now_is_closed_until_it_is_mended
    a_rule_that_cannot_be_applied_closes_its_source
    an_expired_grant_shows_no_rows_by_itself
    an_edited_condition_changes_profiles_and_no_view
    an_empty_or_wrong_directory_takes_nothing_away
    disabling_drops_the_view_and_enabling_restores_it_with_its_grants_and_hashes
    a_disabled_user_sees_nothing_any_more
    a_view_whose_columns_change_is_made_anew_in_one_transaction
    a_view_may_get_another_name
    drift_is_found_and_repaired
    a_push_killed_anywhere_is_finished_by_the_next
    no_moment_of_a_push_shows_more_than_before_or_after
    another_policy_on_a_source_leaves_no_gap
    whoever_pushed_before_can_change_nothing_any_more
    a_lookup_table_that_was_replaced_closes_its_source_until_that_is_confirmed
    two_sources_may_change_names
    a_reader_who_holds_a_lock_cannot_keep_a_source_open
    a_relation_that_scrim_did_not_make_is_never_replaced
    a_table_that_was_replaced_closes_its_source_until_that_is_confirmed
}
