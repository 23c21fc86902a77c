//! Names of logins are given anew: whoever gets one has nothing of who had it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Utc;
use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, Name};
use scrim_sync::{Options, Report, differences, push_all};
use scrim_testkit::{Governed, Target, everywhere};

const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ] }
---
{ kind: data-policy, name: ssn, where: all, rules: [ { mask: { columns: { tag: SSN }, with: nullify }, except: { group: hr } } ] }
";
const ROW: [Option<&str>; 2] = [Some("1"), Some("123")];

fn prepared(target: Target) -> Governed {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123');
         CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN",
    );
    governed.install(&governed.catalog(CATALOG));
    governed
}

fn pushed(target: Target) -> Governed {
    let governed = prepared(target);
    governed.push(&governed.catalog(CATALOG));
    governed
}

/// A push, whatever it reports.
fn push(governed: &Governed, text: &str, options: &Options) -> Report {
    governed.try_push(&governed.catalog(text), options, Utc::now()).unwrap()
}

fn confirming(user: &str) -> Options {
    Options { confirmed_users: BTreeSet::from([Name::new(user).unwrap()]), ..Options::default() }
}

fn integration(catalog: &Catalog) -> &Integration {
    &catalog.integrations.values().next().unwrap().item
}

/// What somebody sees of the governed table.
fn seen(governed: &Governed, user: &str) -> Vec<Vec<Option<String>>> {
    governed.seen(user, "SELECT id, ssn FROM governed.staff").unwrap()
}

fn profile(governed: &Governed, user: &str) -> usize {
    governed.seen(user, "SELECT 1 FROM immuta_system.user_profile").unwrap().len()
}

/// The ids that are kept with a profile.
fn kept(governed: &Governed, user: &str) -> Vec<String> {
    let rows = governed
        .seen(
            "postgres",
            &format!("SELECT value FROM immuta_system.profile WHERE kind = 'login' AND immuta__userid = '{user}'"),
        )
        .unwrap();
    rows.into_iter().flatten().flatten().collect()
}

fn id(governed: &Governed, user: &str) -> String {
    governed.cell(&format!("SELECT oid::text FROM pg_catalog.pg_roles WHERE rolname = '{user}'")).unwrap()
}

fn made_anew(governed: &Governed, user: &str) {
    governed.run(&format!("DROP ROLE {user}; CREATE ROLE {user} LOGIN"));
}

fn whoever_gets_the_name_sees_nothing_also_before_a_push(target: Target) {
    let governed = pushed(target);
    assert_eq!(seen(&governed, "ann"), [ROW.map(|cell| cell.map(str::to_owned))]);
    assert_eq!(kept(&governed, "ann"), [id(&governed, "ann")]);
    let before = id(&governed, "ann");
    made_anew(&governed, "ann");
    for relation in ["governed.staff", "immuta_system.user_profile", "immuta_system.user_tables"] {
        assert_eq!(governed.seen("ann", &format!("SELECT 1 FROM {relation}")).unwrap().len(), 0, "{relation}");
    }
    assert_eq!(seen(&governed, "bob"), [[Some("1".to_owned()), None]]);
    // It is told, and told again, until somebody acts.
    let catalog = governed.catalog(CATALOG);
    for _ in 0..2 {
        let warehouse = governed.connect(&catalog);
        let found = governed.wait(differences(&warehouse, &catalog, integration(&catalog), Utc::now())).unwrap();
        assert!(found.len() == 1 && found[0].object == "ann" && found[0].difference.contains("made anew"), "{found:?}");
        let report = push(&governed, CATALOG, &Options::default());
        let [withdrawn] = report.withdrawn.as_slice() else { panic!("{report:?}") };
        assert_eq!((withdrawn.user.as_str(), withdrawn.login.as_str()), ("ann", "ann"));
        let told = format!("(its id was {before}, and is {})", id(&governed, "ann"));
        assert!(withdrawn.reason.contains(&told), "{withdrawn:?}");
        assert_eq!((seen(&governed, "ann").len(), seen(&governed, "bob").len()), (0, 1));
    }
    // Nothing is left of the profile but what it is known by.
    let left = governed.cell("SELECT COUNT(*)::text FROM immuta_system.profile WHERE immuta__userid = 'ann'").unwrap();
    assert_eq!((left.as_str(), kept(&governed, "ann")), ("1", vec![before]));
    // Whoever is disabled and enabled is who has the login then.
    let disabled = CATALOG.replace("name: ann,", "name: ann, disabled: true,");
    assert_eq!(push(&governed, &disabled, &Options::default()).withdrawn, []);
    assert_eq!(kept(&governed, "ann"), [] as [&str; 0]);
    governed.push(&catalog);
    assert_eq!(seen(&governed, "ann"), [ROW.map(|cell| cell.map(str::to_owned))]);
    assert_eq!(kept(&governed, "ann"), [id(&governed, "ann")]);
    assert!(!governed.push(&catalog).changes_anything());
}

fn a_login_that_was_made_anew_can_be_confirmed(target: Target) {
    let governed = pushed(target);
    made_anew(&governed, "ann");
    made_anew(&governed, "bob");
    // In the same push that finds it, and in one behind; of nobody else.
    assert_eq!(push(&governed, CATALOG, &confirming("bob")).withdrawn.len(), 1);
    assert_eq!((seen(&governed, "ann").len(), seen(&governed, "bob").len()), (0, 1));
    assert_eq!(push(&governed, CATALOG, &confirming("ann")).withdrawn, []);
    assert_eq!(seen(&governed, "ann"), [ROW.map(|cell| cell.map(str::to_owned))]);
    // Confirmed is this login, and not the next one of the name.
    made_anew(&governed, "ann");
    let with = |id: &str| CATALOG.replace("name: ann,", &format!("name: ann, confirmed: {{ w: '{id}' }},"));
    let confirmed = with(&id(&governed, "ann"));
    assert_eq!(push(&governed, &confirmed, &Options::default()).withdrawn, []);
    assert_eq!(seen(&governed, "ann").len(), 1);
    made_anew(&governed, "ann");
    assert_eq!(push(&governed, &confirmed, &Options::default()).withdrawn.len(), 1);
    assert_eq!(seen(&governed, "ann").len(), 0);
    let elsewhere = with(&id(&governed, "ann")).replace("{ w:", "{ another:");
    assert_eq!(push(&governed, &elsewhere, &Options::default()).withdrawn.len(), 1);
}

fn a_login_that_comes_after_the_push_works_at_once_and_is_known_from_the_next_one_on(target: Target) {
    let governed = prepared(target);
    let catalog = governed.catalog(CATALOG);
    governed.run("DROP ROLE ann");
    governed.push(&catalog);
    assert_eq!(kept(&governed, "ann"), [] as [&str; 0]);
    governed.run("CREATE ROLE ann LOGIN");
    assert_eq!(seen(&governed, "ann").len(), 1);
    let warehouse = governed.connect(&catalog);
    let found = governed.wait(differences(&warehouse, &catalog, integration(&catalog), Utc::now())).unwrap();
    assert!(found.len() == 1 && found[0].difference.contains("not written down yet"), "{found:?}");
    let report = governed.push(&catalog);
    assert_eq!((report.profiles.written, report.profiles.unchanged, report.withdrawn.len()), (1, 1, 0));
    assert_eq!(kept(&governed, "ann"), [id(&governed, "ann")]);
    // A login that is gone is remembered: whoever gets its name is not who had it.
    governed.run("DROP ROLE ann");
    assert!(!governed.push(&catalog).changes_anything());
    governed.run("CREATE ROLE ann LOGIN");
    assert_eq!(profile(&governed, "ann"), 0);
    // Another name is another login, and takes nothing along.
    governed.run("ALTER ROLE bob RENAME TO carl");
    assert_eq!(profile(&governed, "carl"), 0);
    governed.run("DROP ROLE ann; ALTER ROLE carl RENAME TO ann");
    assert_eq!(profile(&governed, "ann"), 0);
}

fn a_push_of_what_changed_looks_at_the_logins_of_whom_it_writes(target: Target) {
    let governed = pushed(target);
    let catalog = Arc::new(governed.catalog(CATALOG));
    let mut warehouse = governed.connect(&catalog);
    let options = Options::default();
    let (_, mut known) =
        governed.wait(push_all(&mut warehouse, &catalog, integration(&catalog), &options, Utc::now())).unwrap();
    made_anew(&governed, "ann");
    made_anew(&governed, "bob");
    let mut next = |text: &str| {
        let catalog = Arc::new(governed.catalog(text));
        let report = governed.wait(known.push(&mut warehouse, &catalog, false, Utc::now())).unwrap();
        report.withdrawn.into_iter().map(|one| one.user).collect::<Vec<_>>()
    };
    let other = CATALOG.replace("groups: [ hr ]", "groups: []");
    assert_eq!(next(&other), ["ann"]);
    assert_eq!((seen(&governed, "ann").len(), kept(&governed, "ann").len()), (0, 1));
    // What was found out is not forgotten by a push that touches somebody else.
    assert_eq!(next(&other.replace("name: bob", "name: bob, groups: [ hr ]")), ["ann", "bob"]);
    let confirmed = other.replace("name: ann,", &format!("name: ann, confirmed: {{ w: '{}' }},", id(&governed, "ann")));
    assert_eq!(next(&confirmed), ["bob"]);
    assert_eq!((seen(&governed, "ann").len(), seen(&governed, "bob").len()), (1, 0));
    assert_eq!(next(&confirmed.replace("name: bob", "name: bob, disabled: true")), [] as [&str; 0]);
    assert_eq!(next(&confirmed), [] as [&str; 0]);
    assert_eq!(seen(&governed, "bob").len(), 1);
    assert_eq!(kept(&governed, "bob"), [id(&governed, "bob")]);
    // And of everybody, when everything is compared.
    made_anew(&governed, "bob");
    let catalog = Arc::new(governed.catalog(&confirmed));
    let (report, _) =
        governed.wait(push_all(&mut warehouse, &catalog, integration(&catalog), &options, Utc::now())).unwrap();
    assert_eq!(report.withdrawn.len(), 1);
}

/// Whatever the name looks like, the id is found by it.
fn names_of_any_content_are_known_by_their_ids(target: Target) {
    let governed = prepared(target);
    let names = ["it's", "a \"b\"", "-", "16384", "über", "IAMR:Analyst", "select", "back\\slash", "a.b"];
    let users: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!("---\n{{ kind: user, name: u{at}, warehouse_user: '{}' }}\n", name.replace('\'', "''"))
        })
        .collect();
    let catalog = governed.catalog(&format!("{CATALOG}{}", users.concat()));
    let quoted = names.map(scrim_testkit::ident);
    let each = |what: &str| quoted.each_ref().map(|name| what.replace("{}", name)).join("; ");
    governed.run(&each("CREATE ROLE {} LOGIN"));
    governed.push(&catalog);
    for name in names {
        assert_eq!(profile(&governed, name), 3, "{name}");
    }
    governed.run(&each("DROP ROLE {}; CREATE ROLE {} LOGIN"));
    for name in names {
        assert_eq!(profile(&governed, name), 0, "{name}");
    }
    let report = governed.try_push(&catalog, &Options::default(), Utc::now()).unwrap();
    assert_eq!(report.withdrawn.len(), names.len());
}

everywhere! {
    whoever_gets_the_name_sees_nothing_also_before_a_push
    a_login_that_was_made_anew_can_be_confirmed
    a_login_that_comes_after_the_push_works_at_once_and_is_known_from_the_next_one_on
    a_push_of_what_changed_looks_at_the_logins_of_whom_it_writes
    names_of_any_content_are_known_by_their_ids
}

/// A role that nobody logs in by is everybody's who may become it, and no person's; nor is what the server made itself.
#[test]
fn a_role_that_nobody_logs_in_by_and_the_servers_own_have_no_profile() {
    let governed = prepared(Target::Postgresql);
    governed.run("CREATE ROLE team; GRANT team TO ann");
    let of = |login: &str| CATALOG.replace("name: bob", &format!("name: bob, warehouse_user: {login}"));
    for (login, part) in [("team", "a role that nobody logs in by"), ("postgres", "the warehouse's own")] {
        let report = push(&governed, &of(login), &Options::default());
        let [withdrawn] = report.withdrawn.as_slice() else { panic!("{report:?}") };
        assert!(
            withdrawn.user == "bob" && withdrawn.login == login && withdrawn.reason.contains(part),
            "{withdrawn:?}"
        );
        let rows = format!("SELECT COUNT(*)::text FROM immuta_system.profile WHERE immuta__userid = '{login}'");
        assert_eq!(governed.cell(&rows).as_deref(), Some("0"));
    }
    let as_team = "SET ROLE team; SELECT id FROM governed.staff; RESET ROLE";
    assert_eq!(governed.seen("ann", as_team).unwrap().len(), 0);
    // While it cannot log in, somebody's login is not theirs; afterwards it is the same one.
    let catalog = governed.catalog(CATALOG);
    governed.push(&catalog);
    governed.run("ALTER ROLE bob NOLOGIN");
    assert_eq!(push(&governed, CATALOG, &Options::default()).withdrawn.len(), 1);
    assert_eq!((seen(&governed, "bob").len(), kept(&governed, "bob").len()), (0, 1));
    governed.run("ALTER ROLE bob LOGIN");
    governed.push(&catalog);
    assert_eq!(seen(&governed, "bob").len(), 1);
}

/// Who has the login is found out once, and not for each row.
#[test]
fn the_login_is_compared_once_for_a_query() {
    let governed = pushed(Target::Postgresql);
    governed.run("INSERT INTO hr.staff SELECT n, n FROM generate_series(2, 1000) AS n");
    let plan = governed
        .seen("bob", "EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) SELECT ssn FROM governed.staff")
        .unwrap();
    let lines: Vec<String> = plan.into_iter().flatten().flatten().collect();
    // An entry of the index is read, the row of the id: of nobody else, and without a look at the table of roles.
    let compared: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("to_regrole")).collect();
    assert!(!compared.is_empty(), "{lines:#?}");
    for at in compared {
        let scan = &lines[at - 2];
        assert!(scan.contains("Index Only Scan using profile_pkey") && scan.contains("loops=1"), "{lines:#?}");
        assert!(lines[at - 3].contains("InitPlan") && lines[at - 4].contains("One-Time Filter"), "{lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains("pg_authid")), "{lines:#?}");
}
