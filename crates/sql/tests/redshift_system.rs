//! The system objects for Redshift: every statement passes the gate; and as most of it is PostgreSQL too, they are
//! made there without the clauses that it does not have, with stand-ins for a few functions and views of Redshift, and
//! called as the login of Scrim calls them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "redshift_system/stand.rs"]
mod stand;

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, SourceFile, assemble};
use scrim_redshift_gate::{StatementKind, check_own, check_script};
use scrim_sql::system::redshift;
use scrim_sql::{Dialect, Rendered, ViewPlan};
use stand::{Stand, View, ident};

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|problems| format!("{problems:#?}")).unwrap().0
}

fn integration(more: &str) -> Integration {
    let text =
        format!("{{ kind: integration, name: w, engine: redshift, database: d{more} }}\n---\n{{ kind: tag, name: T }}");
    catalog(&text).integrations.values().next().unwrap().item.clone()
}

/// Names of every kind that a catalog lets through.
const HOSTILE: &str = ", system_prefix: 'Pre\"; DROP', user: 'sys\"; --', owner_role: 'own''er {user}\\', \
    readers: 'read\" er''s', views: { schema: 'Gov\"er''ned' }, monitored: [ { schema: 'We''ird\"\\ %_@ *' }, { schema: plain } ]";

fn variants() -> [Integration; 3] {
    [integration(""), integration(", readers: Analysts"), integration(HOSTILE)]
}

#[test]
fn every_statement_passes_the_gate() {
    for integration in variants() {
        let script = redshift::install(&integration, &["Raw.\"st''a\"\"ff\"".parse().unwrap()]);
        for sql in &script {
            let kind = check_own(sql);
            assert!(kind.is_ok(), "{:?}\n{sql}", kind.err());
            // In a name it is a character like any other; check_own finds one in a literal.
            assert!(!sql.contains('\\') || integration.owner_role.contains('\\'), "{sql}");
        }
        let kinds = check_script(&script.join(";\n")).unwrap();
        assert_eq!(kinds.len(), script.len());
        for kind in [StatementKind::CreateTable, StatementKind::CreateProcedure, StatementKind::CreateFunction] {
            assert!(kinds.contains(&kind), "{kind}");
        }
        for sql in redshift::watched(&integration).into_iter().chain(redshift::watch(&integration, "a\"b", ["c\"d"])) {
            assert!(check_own(&sql).is_ok(), "{sql}");
        }
        for sql in redshift::reads(&integration, &"Raw.\"st\"\"aff\"".parse().unwrap(), redshift::Home::Local) {
            assert_eq!(check_own(&sql), Ok(StatementKind::Grant), "{sql}");
        }
    }
}

#[test]
fn procedures_keep_to_the_limits() {
    let script = redshift::install(&integration(""), &[]);
    let mut counted = 0;
    for sql in script.iter().filter(|sql| sql.contains("CREATE OR REPLACE PROCEDURE")) {
        let arguments = sql.split_once("PROCEDURE ").unwrap().1.split("\nAS ").next().unwrap();
        assert!(arguments.matches("p_").count() <= 32, "{sql}");
        assert!(sql.ends_with("SECURITY DEFINER\nSET search_path = pg_catalog, pg_temp"), "{sql}");
        // VARCHAR alone is VARCHAR(256), and would cut.
        assert!(!sql.contains("VARCHAR,") && !sql.contains("VARCHAR;") && !sql.contains("VARCHAR)"), "{sql}");
        counted += 1;
    }
    assert_eq!(counted, 18);
}

#[test]
fn names_stay_in_their_quotes() {
    let hostile = integration(HOSTILE);
    let script = redshift::install(&hostile, &[]).join(";\n");
    // Schemas in lower case, as Redshift keeps them; users as they are, and in one pass, braces and all.
    assert!(script.contains("SCHEMA IF NOT EXISTS \"pre\"\"; drop_system\" AUTHORIZATION \"own'er {user}\\\""));
    assert!(script.contains("u.usename = ('own''er {user}' || CHR(92) || '')"));
    assert!(script.contains("TO ROLE \"read\"\" er's\""));
    assert!(script.contains("' TO ROLE ' || '\"read\"\" er''s\"'"));
    assert!(script.contains("'gov\"er''ned'"));
    assert!(!script.contains("Gov") && !script.contains("Pre\""));
}

#[test]
fn settings_make_another_installation() {
    let [one, two, three] = variants().map(|integration| redshift::installation(&integration));
    assert!(one != two && two != three && one != three);
    assert!(redshift::install(&integration(""), &[]).iter().any(|sql| sql.contains(&one)));
}

#[test]
fn a_query_is_cut_between_characters() {
    let query = format!("a{}", "ż".repeat(100_000));
    let parts = redshift::parts(&query).unwrap();
    assert_eq!(parts.concat(), query);
    assert!(parts.iter().all(|part| part.len() <= 65_535));
    assert_eq!(redshift::parts("SELECT 1").unwrap(), ["SELECT 1", "", "", "", "", "", "", ""]);
    assert_eq!(redshift::parts(&"a".repeat(8 * 65_535 + 1)), None);
}

const GOVERNED: &str = "
{ kind: integration, name: w, engine: redshift, database: d, layout: per-database }
---
{ kind: attribute, name: region }
---
{ kind: group, name: hr }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
kind: data-source
name: staff
integration: w
table: src.staff
columns:
  - { name: id, type: integer }
  - { name: name, type: varchar(20), tags: [ P ] }
  - { name: region, type: varchar(10) }
---
{ kind: tag, name: P }
---
kind: data-policy
name: p
where: all
rules:
  - mask: { columns: { tag: P }, with: hash }
    except: { group: hr }
  - rows: { match: { attribute: region, column: { name: region } } }
";

/// The life of a view, from the installation to its end.
#[test]
fn the_procedures_do_in_postgresql_what_they_say() {
    let catalog = catalog(GOVERNED);
    let stand = Stand::start(catalog.integrations.values().next().unwrap().item.clone());
    stand.run(
        "CREATE SCHEMA src; CREATE TABLE src.staff (id integer, name varchar(20), region varchar(10));
         INSERT INTO src.staff VALUES (1, 'Ann', 'eu'), (2, 'Bob', 'us'); CREATE USER ana; CREATE USER ben; CREATE USER eve;",
    );
    stand.install().unwrap();
    stand.install().unwrap();
    for sql in redshift::reads(&stand.integration, &"src.staff".parse().unwrap(), redshift::Home::Local) {
        stand.run_through(&[sql]);
    }
    let service = stand.integration.user.to_string();
    let installed = stand.shown(&service, &format!("CALL {}('')", stand.procedure("installed")));
    assert_eq!(installed, [redshift::installation(&stand.integration)]);

    // Profiles.
    let plan = ViewPlan::of(&catalog, catalog.data_sources.values().next().unwrap()).unwrap();
    let (key, audience) = (plan.key.clone(), plan.audience.clone().unwrap());
    assert_eq!(stand.claim(), 1);
    let rows = [
        (true, "ana", "user", "", "ana", None),
        (true, "ana", "table", "", audience.as_str(), None),
        (true, "ana", "group", "", "hr", None),
        (true, "ana", "attribute", "region", "eu", None),
        (true, "ben", "user", "", "ben", None),
        (true, "ben", "table", "", key.as_str(), Some("2999-01-01 00:00:00")),
        (true, "ben", "attribute", "region", "eu", None),
        (true, "ben", "attribute", "region", "us", None),
    ];
    stand.profiles(1, &rows).unwrap();
    let profile = stand.system("profile");
    assert_eq!(stand.shown(&service, &format!("SELECT 1 FROM {profile}")).len(), rows.len());
    assert_eq!(stand.shown("postgres", &format!("SELECT 1 FROM {}", stand.system("profile_stage"))).len(), 0);
    // A row that comes again, with another end, is there once.
    stand
        .profiles(1, &[(true, "ben", "table", "", &key, None), (false, "ben", "attribute", "region", "us", None)])
        .unwrap();
    let count = |test: &str| stand.shown(&service, &format!("SELECT 1 FROM {profile} WHERE {test}")).len();
    assert_eq!((count("kind = 'table'"), count("expires IS NULL"), count("value = 'us'")), (2, 7, 0));

    // The view as it is rendered for Redshift.
    let rendered = Rendered::of(&plan, Dialect::Redshift, 1);
    let columns: Vec<&str> = rendered.columns.iter().map(|name| name.as_str()).collect();
    let salt = "0123456789abcdef0123456789abcdef";
    let view = View { source: &key, name: "staff", columns: &columns, query: &rendered.query, salt };
    stand.apply(1, 1, &view).unwrap();
    let staff = stand.view("staff");
    let select = format!("SELECT id, name, region FROM {staff} ORDER BY id");
    assert_eq!(stand.shown("ana", &select), ["1|Ann|eu"]);
    let hashed = stand.shown("postgres", &format!("SELECT 1, sha2('{salt}' || 'Ann', 256), 'eu'"));
    assert_eq!(stand.shown("ben", &select), hashed);
    assert_eq!(stand.shown("eve", &select).len(), 0);
    let tables = format!("SELECT * FROM {}", stand.system("user_tables"));
    assert_eq!(stand.shown("ben", &tables), ["governed|staff"]);
    assert_eq!(stand.shown("eve", &tables).len(), 0);
    for secret in
        ["profile", "profile_stage", "salt", "salt_stage", "gate", "tables", "object_state", "lease", "state", "salted"]
    {
        assert_eq!(stand.refused("ana", &format!("SELECT * FROM {}", stand.system(secret))), "42501", "{secret}");
    }
    for secret in ["salt", "salt_stage", "gate", "lease"] {
        assert_eq!(stand.refused(&service, &format!("SELECT * FROM {}", stand.system(secret))), "42501", "{secret}");
    }
    // Scrim's login is one of PUBLIC, and subscribed to nothing.
    assert_eq!(stand.shown(&service, &select).len(), 0);
    assert_eq!(stand.refused("ana", &format!("CALL {}(0)", stand.procedure("claim"))), "42501");

    // Applied again, it keeps its salt and its state tells its version; a first salt that is too short is refused.
    let other = "f".repeat(32);
    stand.apply(1, 1, &View { salt: &other, ..view }).unwrap();
    assert_eq!(stand.shown("ben", &select), hashed);
    let weak = stand.apply(1, 1, &View { salt: "short", ..view }).unwrap_err();
    assert!(weak.contains("SC005"), "{weak}");
    stand.run(&format!("DELETE FROM {}", stand.system("salt_stage")));
    assert_eq!(stand.shown(&service, &format!("SELECT * FROM {}", stand.system("salted"))), [format!("{key}|name")]);
    let state =
        format!("SELECT view_name, version, closed, min_version, audience, listed_as FROM {}", stand.system("state"));
    assert_eq!(stand.shown(&service, &state), ["staff|1|NULL|1|a_1|staff"]);

    // The fingerprint is that of the view, and another when the view is.
    let recorded = stand.shown(&service, &format!("SELECT fingerprint FROM {}", stand.system("state")));
    let fingerprint =
        |name: &str| stand.shown(&service, &format!("CALL {}('{name}', NULL)", stand.procedure("fingerprint")));
    assert_eq!(fingerprint("staff"), recorded);
    assert_eq!(fingerprint("nothing"), ["NULL"]);
    stand.run(&format!("CREATE OR REPLACE VIEW {staff} (id, name, region) AS SELECT id, CAST(name AS varchar(64)), CAST(region AS varchar(64)) FROM src.staff"));
    assert_ne!(fingerprint("staff"), recorded);
    stand.apply(1, 1, &view).unwrap();
    assert_eq!(fingerprint("staff"), recorded);

    // Other columns, and a query longer than one argument.
    let long = format!(
        "SELECT t.id FROM src.staff AS t WHERE 'ż{0}' <> '{1}' AND 'a{0}' <> '{1}' AND t.id = 2",
        "ż".repeat(20_000),
        "x ".repeat(20_000)
    );
    assert!(long.len() > 2 * 65_535);
    stand.apply(1, 2, &View { columns: &["select"], query: &long, ..view }).unwrap();
    assert_eq!(stand.shown("eve", &format!("SELECT \"select\" FROM {staff}")), ["2"]);
    // Another name.
    stand.apply(1, 3, &View { name: "people \"x\"", ..view }).unwrap();
    assert_eq!(stand.refused("ana", &select), "42P01");
    let select = select.replace(&staff, &stand.view("people \"x\""));
    assert_eq!(stand.shown("postgres", &state), ["people \"x\"|3|NULL|3|a_1|people \"x\""]);
    // The gate is at 3, and the query asks for 1: nothing, until they agree.
    assert_eq!(stand.shown("ana", &select).len(), 0);
    let view = View { name: "people \"x\"", ..view };
    stand.apply(1, 1, &view).unwrap();
    assert_eq!(stand.shown("ana", &select), ["1|Ann|eu"]);

    // What Scrim did not make is not replaced.
    stand.run(&format!("CREATE VIEW {} AS SELECT 1 AS a", stand.view("mine")));
    let error = stand.apply(1, 1, &View { source: "s_other", name: "mine", ..view }).unwrap_err();
    assert!(error.contains("SC002: the relation governed.mine exists"), "{error}");
    let error = stand.apply(1, 1, &View { source: "s_other", ..view }).unwrap_err();
    assert!(error.contains("SC002"), "{error}");
    stand.run(&format!("DROP VIEW {}; DELETE FROM {}", stand.view("mine"), stand.system("salt_stage")));

    // Closed, and open again.
    stand.procedure_call("close_source", &[&1_i64, &key, &"the table is gone"]).unwrap();
    assert_eq!(stand.shown("ana", &select).len(), 0);
    assert!(stand.shown(&service, &state)[0].contains("|the table is gone|9223372036854775807|"));
    stand.apply(1, 1, &view).unwrap();
    assert_eq!(stand.shown("ana", &select), ["1|Ann|eu"]);

    // Another push takes over: nothing of this one goes through any more, and nothing of it stays.
    assert_eq!(stand.claim(), 2);
    let stale = [
        stand.procedure_call("hold", &[&1_i64]),
        stand.profiles(1, &[(false, "ana", "user", "", "ana", None)]),
        stand.procedure_call("apply_profiles", &[&1_i64, &1_i64]),
        stand.procedure_call("close_source", &[&1_i64, &key, &"late"]),
        stand.procedure_call("drop_view", &[&1_i64, &key]),
        stand.apply(1, 9, &view),
    ];
    for answer in stale {
        assert_eq!(answer.unwrap_err(), "P0001 SC001: another push has taken over");
    }
    assert_eq!(stand.shown("ana", &select), ["1|Ann|eu"]);
    stand.procedure_call("hold", &[&2_i64]).unwrap();

    // Dropped, unless somebody built on it; the salt stays.
    stand.run(&format!("CREATE SCHEMA eve; CREATE VIEW eve.v AS SELECT id FROM {}", stand.view("people \"x\"")));
    let error = stand.procedure_call("drop_view", &[&2_i64, &key]).unwrap_err();
    assert!(error.starts_with("2BP01"), "{error}");
    stand.run("DROP SCHEMA eve CASCADE");
    stand.procedure_call("drop_view", &[&2_i64, &key]).unwrap();
    assert_eq!(stand.refused("ana", &select), "42P01");
    assert_eq!(stand.shown(&service, &state).len(), 0);
    let left = |table: &str| stand.shown("postgres", &format!("SELECT 1 FROM {}", stand.system(table))).len();
    assert_eq!((left("gate"), left("tables"), left("object_state"), left("salt")), (0, 0, 0, 1));
}

/// Two pushes at the same time, and one that looked at something before the other took over.
#[test]
fn a_push_that_was_overtaken_meanwhile_is_refused() {
    let stand = Stand::start(integration(""));
    stand.install().unwrap();
    assert_eq!(stand.claim(), 1);
    let (hold, claim) = (stand.procedure("hold"), stand.procedure("claim"));
    // The next number waits for the end of the transaction that holds the last one.
    let other = stand.connect();
    stand.run_on(&other, &format!("BEGIN; CALL {hold}(1)"));
    stand.run("SET lock_timeout = '200ms'");
    assert_eq!(stand.refused("postgres", &format!("CALL {claim}(0)")), "55P03");
    stand.run_on(&other, "COMMIT");
    // A snapshot from before the other's claim still shows the old number.
    stand.run_on(&other, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
    assert_eq!(stand.claim(), 2);
    assert_eq!(stand.refused_on(&other, &format!("CALL {hold}(1)")), "40001");
}

/// A reader's time zone brings no expired row back, whether GETDATE() is in it or in UTC.
#[test]
fn expired_rows_stay_away_in_every_time_zone() {
    let stand = Stand::start(integration(""));
    stand.run("CREATE USER ana");
    stand.install().unwrap();
    assert_eq!(stand.claim(), 1);
    let at = |minutes: i64| {
        (chrono::Utc::now() + chrono::TimeDelta::minutes(minutes)).format("%Y-%m-%d %H:%M:%S").to_string()
    };
    let (before, after) = (at(-10), at(10));
    let rows = [
        (true, "ana", "group", "", "gone", Some(before.as_str())),
        (true, "ana", "group", "", "there", Some(after.as_str())),
        (true, "ana", "group", "", "ever", None),
    ];
    stand.profiles(1, &rows).unwrap();
    for utc in [false, true] {
        if utc {
            stand.run(
                "CREATE OR REPLACE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE \
                 AS $$ SELECT statement_timestamp() AT TIME ZONE 'UTC' $$",
            );
        }
        for zone in ["UTC", "<x>167", "<x>-167", "Pacific/Kiritimati", "America/Los_Angeles"] {
            let sql =
                format!("SET timezone = '{zone}'; SELECT value FROM {} ORDER BY value", stand.system("user_profile"));
            let seen = stand.shown("ana", &sql);
            assert!(!seen.contains(&"gone".to_owned()) && seen.contains(&"ever".to_owned()), "{zone}: {seen:?}");
            if zone == "UTC" {
                assert_eq!(seen, ["ever", "there"]);
            }
        }
    }
}

/// Names of any content, and readers that are a role.
#[test]
fn hostile_names_stay_names_in_postgresql() {
    let stand = Stand::start(integration(HOSTILE));
    let readers = ident(&stand.integration.readers);
    stand.run(&format!(
        "CREATE SCHEMA src; CREATE TABLE src.\"a\"\"b\" (id integer); INSERT INTO src.\"a\"\"b\" VALUES (7);
         CREATE ROLE {readers}; CREATE USER ana IN ROLE {readers}; CREATE USER eve;"
    ));
    stand.install().unwrap();
    for sql in redshift::reads(&stand.integration, &"src.\"a\"\"b\"".parse().unwrap(), redshift::Home::Local) {
        stand.run_through(&[sql]);
    }
    let epoch = stand.claim();
    let query = "SELECT t.id FROM src.\"a\"\"b\" AS t";
    let salt = "0123456789abcdef0123456789abcdef";
    let name = "v'; drop schema src; \"--";
    stand
        .apply(
            epoch,
            1,
            &View {
                source: "s_1",
                name,
                columns: &["x\", 1) --", "y"],
                query: "SELECT t.id, 2 FROM src.\"a\"\"b\" AS t",
                salt,
            },
        )
        .unwrap();
    stand.apply(epoch, 1, &View { source: "s_1", name, columns: &["i'd\" "], query, salt }).unwrap();
    let select = format!("SELECT \"i'd\"\" \" FROM {}", stand.view(name));
    assert_eq!(stand.shown("ana", &select), ["7"]);
    assert_eq!(stand.refused("eve", &select), "42501");
    stand.install().unwrap();
    assert_eq!(stand.shown("ana", &select), ["7"]);
    stand.procedure_call("drop_view", &[&epoch, &"s_1"]).unwrap();
    assert_eq!(stand.refused("ana", &select), "42P01");
}

/// The installation refuses what is not safe to build on, and leaves nothing behind then.
#[test]
fn the_installation_refuses_what_others_made_or_may_do() {
    let stand = Stand::start(integration(", readers: analysts"));
    stand.run(
        "CREATE ROLE analysts; CREATE ROLE others; CREATE USER eve; CREATE USER scrim_owner; CREATE USER scrim_system",
    );
    let refused = |made: &str, because: &str, undone: &str| {
        stand.run(made);
        let error = stand.install().unwrap_err();
        assert!(error.contains(because), "{made}: {error}");
        stand.run(undone);
    };
    let eve = "CREATE SCHEMA governed AUTHORIZATION eve";
    refused(eve, "the schema governed exists and does not belong to scrim_owner", "DROP SCHEMA governed");
    let table = "CREATE SCHEMA immuta_system AUTHORIZATION scrim_owner; CREATE TABLE immuta_system.profile (a int)";
    refused(table, "the relation immuta_system.profile does not belong to", "DROP SCHEMA immuta_system CASCADE");
    let table = "CREATE SCHEMA immuta_procedures AUTHORIZATION scrim_owner; CREATE TABLE immuta_procedures.t (a int)";
    refused(table, "the relation t stands in a schema of routines", "DROP SCHEMA immuta_procedures CASCADE");
    refused(
        "ALTER USER scrim_system CREATEDB",
        "the user scrim_system is a superuser",
        "ALTER USER scrim_system NOCREATEDB",
    );
    refused("GRANT others TO scrim_owner", "scrim_owner has the role others", "REVOKE others FROM scrim_owner");
    let owned = "CREATE TABLE public.t (a int); ALTER TABLE public.t OWNER TO scrim_owner";
    refused(owned, "the users of Scrim own public.t", "DROP TABLE public.t");
    refused(
        "ALTER DEFAULT PRIVILEGES FOR USER scrim_owner GRANT SELECT ON TABLES TO eve",
        "default privileges of scrim_owner give rights to eve",
        "ALTER DEFAULT PRIVILEGES FOR USER scrim_owner REVOKE SELECT ON TABLES FROM eve",
    );
    stand.run("GRANT CREATE ON DATABASE postgres TO eve");
    let error = stand.install_as("eve").unwrap_err();
    assert!(error.contains("a superuser must install Scrim"), "{error}");
    assert_eq!(
        stand
            .shown("postgres", "SELECT 1 FROM pg_namespace WHERE nspname LIKE 'immuta%' OR nspname LIKE 'scrim%'")
            .len(),
        0
    );

    stand.install().unwrap();
    // Grants to the readers and to Scrim's login are set right; those to others are named.
    stand.run(
        "GRANT ALL ON ALL TABLES IN SCHEMA immuta_system TO PUBLIC, analysts, scrim_system; GRANT CREATE ON SCHEMA governed TO analysts;
         GRANT EXECUTE ON FUNCTION immuta_functions.f_hash(varchar, varchar) TO PUBLIC",
    );
    stand.install().unwrap();
    assert_eq!(stand.refused("scrim_system", "SELECT * FROM immuta_system.salt"), "42501");
    for (grant, on) in [
        ("SELECT ON immuta_system.salt", "eve has SELECT on immuta_system.salt"),
        ("SELECT (salt) ON immuta_system.salt", "eve has SELECT on immuta_system.salt.salt"),
        ("USAGE ON SCHEMA governed", "eve has USAGE on governed"),
        ("EXECUTE ON FUNCTION immuta_functions.f_hash(varchar, varchar)", "eve has EXECUTE on immuta_functions.f_hash"),
    ] {
        let revoke = format!("REVOKE {grant} FROM eve");
        refused(&format!("GRANT {grant} TO eve"), on, &revoke);
    }
    stand.install().unwrap();
}
