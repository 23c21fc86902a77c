//! Masks and statistics in real PostgreSQL: what each mask does to each type, and what masks promise beyond agreeing with
//! the evaluator.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use scrim_catalog::ColumnType;
use scrim_policy::merge;
use scrim_sync::Options;
use scrim_testkit::{Governed, Target, ident};
use scrim_warehouse::Unmask;

const READERS: &str = "CREATE ROLE u1 LOGIN; CREATE ROLE u2 LOGIN; CREATE ROLE u3 LOGIN;";

/// People, a policy that lets everybody in, and what a test adds.
fn documents(more: &str) -> String {
    format!(
        "{{ kind: group, name: hr }}\n---\n{{ kind: attribute, name: region }}\n---\n{{ kind: user, name: u1 }}\n---\n\
         {{ kind: user, name: u2, groups: [ hr ] }}\n---\n{{ kind: subscription-policy, name: all, where: all, access: anyone }}\n---\n{more}"
    )
}

/// The types of both warehouses, with a value of each; none where PostgreSQL has no such type.
/// What PostgreSQL has and Redshift has not.
const POSTGRESQL_ONLY: [&str; 7] = ["numeric", "uuid", "jsonb", "bytea", "inet", "interval", "integer[]"];

const TYPES: [(&str, Option<&str>); 25] = [
    ("smallint", Some("7")),
    ("integer", Some("7")),
    ("bigint", Some("7")),
    ("numeric(12,2)", Some("1234.56")),
    ("numeric", Some("1234.56")),
    ("real", Some("7.5")),
    ("double precision", Some("7.5")),
    ("boolean", Some("true")),
    ("char(8)", Some("7 of us")),
    ("varchar(20)", Some("7 of us")),
    ("text", Some("7 of us")),
    ("date", Some("2024-02-29")),
    ("timestamp", Some("2024-02-29 07:05:00")),
    ("timestamptz", Some("2024-02-29 07:05:00")),
    ("uuid", Some("6f1c7c8e-1f2a-4b7e-9a53-0d0f6e1a2b3c")),
    ("jsonb", Some("{\"a\": 1}")),
    ("bytea", Some("\\x0102")),
    ("inet", Some("10.0.0.1")),
    ("interval", Some("1 day")),
    ("time", Some("07:05:00")),
    ("integer[]", Some("{1,2}")),
    ("super", None),
    ("varbyte", None),
    ("geometry", None),
    ("hllsketch", None),
];

/// The masks as they head the table, and as they are written for a type.
const MASKS: [&str; 13] = [
    "nullify",
    "constant",
    "hash",
    "reversible",
    "format_preserving",
    "randomize (domain)",
    "randomize (noise)",
    "k_anonymous",
    "truncate",
    "round",
    "regex",
    "partial",
    "custom",
];

fn written(mask: &str, column_type: &ColumnType) -> String {
    let (one, other) = match column_type {
        t if t.is_number() => ("7", "8"),
        ColumnType::Boolean => ("true", "false"),
        t if t.is_time() => ("2024-02-29", "1970-01-01"),
        _ => ("one", "other"),
    };
    match mask {
        "constant" => format!("{{ constant: '{one}' }}"),
        "randomize (domain)" => {
            format!("{{ randomize: {{ domain: [ '{one}', '{other}' ], rate: 0.5, by: {{ name: id }} }} }}")
        }
        "randomize (noise)" => "{ randomize: { noise: { stddev: 2 }, by: { name: id } } }".to_owned(),
        "k_anonymous" => "{ k_anonymous: { k: 2 } }".to_owned(),
        "truncate" => "{ truncate: year }".to_owned(),
        "round" => "{ round: 10 }".to_owned(),
        "regex" => "{ regex: { pattern: '[0-9]', replacement: X } }".to_owned(),
        "partial" => "{ partial: { last: 2 } }".to_owned(),
        "custom" => "{ custom: '@column' }".to_owned(),
        word => word.to_owned(),
    }
}

/// Whether what a mask makes is of another type and cast to the column's.
fn is_cast(mask: &str, column_type: &ColumnType) -> bool {
    match mask {
        "constant" | "randomize (domain)" | "format_preserving" => !column_type.is_text(),
        "round" | "randomize (noise)" => column_type.is_float(),
        "custom" => column_type.is_number(),
        _ => false,
    }
}

/// What each mask does to each type: merged, pushed and read. The table stands in the language reference;
/// `SCRIM_WRITE_DOCS=1` writes it.
fn what_each_mask_does_to_each_type(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    let mut table = format!("| type | {} |\n| --- |{}\n", MASKS.join(" | "), " --- |".repeat(MASKS.len()));
    let (mut text, mut expected) = (documents(""), Vec::new());
    let mut create = String::new();
    for (number, (name, value)) in TYPES.iter().enumerate() {
        let column_type: ColumnType = name.parse().unwrap();
        let masked: Vec<String> = (0..MASKS.len()).map(|at| format!("m{at}")).collect();
        let columns =
            |t: &str| masked.iter().map(|m| format!("{{ name: {m}, type: '{t}' }}")).collect::<Vec<_>>().join(", ");
        let mut source = format!(
            "{{ kind: data-source, name: s{number}, integration: w, table: raw.t{number}, columns: [ {{ name: id, type: integer }}, {} ] }}\n---\n\
             kind: data-policy\nname: p{number}\nwhere: {{ data_source: s{number} }}\nrules:\n",
            columns(name)
        );
        for (at, mask) in MASKS.iter().enumerate() {
            let _ = writeln!(
                source,
                "  - mask: {{ columns: {{ name: '^m{at}$' }}, with: {} }}",
                written(mask, &column_type)
            );
        }
        let catalog = governed.catalog(&documents(&source));
        let merged = merge(&catalog, catalog.data_sources.values().next().unwrap()).unwrap();
        assert_eq!(merged.closed, []);
        let falls: Vec<bool> = merged.columns[1..].iter().map(|column| column.masks[0].falls_back).collect();
        let warned = merged.warnings.iter().filter(|warning| warning.message.contains("NULL instead")).count();
        assert_eq!(warned, falls.iter().filter(|falls| **falls).count(), "{name}: {:?}", merged.warnings);
        let cells = MASKS.iter().zip(&falls).map(|(mask, falls)| match (*falls, is_cast(mask, &column_type)) {
            (true, _) => "NULL",
            (false, true) => "cast",
            (false, false) => "yes",
        });
        let _ = writeln!(table, "| `{name}` | {} |", cells.collect::<Vec<_>>().join(" | "));
        let there = target == Target::Postgresql || !POSTGRESQL_ONLY.contains(name);
        if let Some(value) = value.filter(|_| there) {
            let columns: Vec<String> = masked.iter().map(|m| format!("{m} {name}")).collect();
            let _ = write!(
                create,
                "CREATE TABLE raw.t{number} (id integer PRIMARY KEY, {}); INSERT INTO raw.t{number} SELECT i, {} FROM generate_series(1, 2) AS i;",
                columns.join(", "),
                vec![format!("'{value}'::{name}"); MASKS.len()].join(", ")
            );
            text += &format!("---\n{source}");
            expected.push((number, *name, falls));
        }
    }
    governed.run(&format!("CREATE SCHEMA raw; {create}"));
    let catalog = governed.catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    for (number, name, falls) in expected {
        let row =
            governed.seen("u1", &format!("SELECT * FROM governed.t{number} ORDER BY id LIMIT 1")).unwrap().remove(0);
        let null: Vec<bool> = row[1..].iter().map(Option::is_none).collect();
        let nothing: Vec<bool> = MASKS.iter().zip(&falls).map(|(mask, falls)| *falls || *mask == "nullify").collect();
        assert_eq!(null, nothing, "{name}: {row:?}");
        // One type for life, masked or not.
        let types = governed.seen("postgres", &format!(
            "SELECT DISTINCT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'governed.t{number}'::regclass AND attname LIKE 'm%'"
        ));
        let below = match name {
            "text" if target != Target::Postgresql => "varchar(256)",
            "time" => "time without time zone",
            name => name,
        };
        let exposed = below.parse::<ColumnType>().unwrap().exposed();
        let types: Vec<ColumnType> =
            types.unwrap().into_iter().map(|row| row[0].as_ref().unwrap().parse().unwrap()).collect();
        assert_eq!(types, [exposed], "{name}");
    }
    if target != Target::Postgresql {
        return;
    }
    let reference = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies.md");
    let page = std::fs::read_to_string(&reference).unwrap();
    let (before, rest) = page.split_once("<!-- masks by type: made by a test -->\n").unwrap();
    let (stands, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("SCRIM_WRITE_DOCS").is_some() {
        std::fs::write(
            &reference,
            format!("{before}<!-- masks by type: made by a test -->\n{table}<!-- end -->{after}"),
        )
        .unwrap();
    } else {
        assert!(
            stands == table,
            "the table in docs/policies.md is not what masks do: SCRIM_WRITE_DOCS=1 writes\n{table}"
        );
    }
}

/// Salts: one for each column and each mask, made in the warehouse, and the same in the next push. Under a project with
/// masked joins, and only there, one for all columns of a tag.
fn hashes_join_only_under_a_project_with_masked_joins(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    governed.run("CREATE SCHEMA raw; CREATE TABLE raw.a (mail text, other text); CREATE TABLE raw.b (mail text); INSERT INTO raw.a VALUES ('x', 'x'); INSERT INTO raw.b VALUES ('x ')");
    let text = |project: &str| {
        documents("{ kind: project, name: j, masked_joins: true, data_sources: [ a, b ], members: [ { user: u2 }, { user: u1 } ] }\n---\n\
             { kind: data-source, name: a, integration: w, table: raw.a, columns: [ { name: mail, type: text, tags: [ PII.Mail ] }, { name: other, type: text, tags: [ PII.Other ] } ] }\n---\n\
             { kind: data-source, name: b, integration: w, table: raw.b, columns: [ { name: mail, type: text, tags: [ PII.Mail ] } ] }\n---\n\
             { kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: PII }, with: hash } } ] }")
        .replace("name: u2,", &format!("name: u2,{project}"))
    };
    let catalog = governed.catalog(&text(" current_project: j,"));
    governed.install(&catalog);
    governed.push(&catalog);
    let hashes = |user: &str| -> Vec<String> {
        let sql =
            "SELECT mail FROM governed.a UNION ALL SELECT other FROM governed.a UNION ALL SELECT mail FROM governed.b";
        governed.seen(user, sql).unwrap().into_iter().map(|mut row| row.remove(0).unwrap()).collect()
    };
    let (plain, joined) = (hashes("u1"), hashes("u2"));
    assert_eq!(plain.iter().collect::<BTreeSet<_>>().len(), 3, "{plain:?}");
    assert_eq!(joined[0], joined[2]);
    assert_ne!(joined[0], joined[1]);
    assert!(plain.iter().all(|hash| !joined.contains(hash)));
    // Whoever leaves the project has what everybody else has, and a push leaves salts as they are.
    governed.push(&governed.catalog(&text("")));
    assert_eq!(hashes("u2"), plain);
    let definitions = governed
        .seen("postgres", "SELECT pg_get_viewdef('governed.a'::regclass) || pg_get_viewdef('governed.b'::regclass)");
    let definitions = definitions.unwrap().remove(0).remove(0).unwrap();
    assert!(governed.salts().values().all(|salt| salt.len() == 64 && !definitions.contains(salt)));
}

/// Tokens are resolved by the system account, of columns that have such a mask, and every request is kept.
fn a_token_leads_back_to_its_value_and_only_by_the_procedure(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    governed.run("CREATE SCHEMA raw; CREATE TABLE raw.a (\"the \"\"id\" varchar(20), plain text); INSERT INTO raw.a VALUES ('A-1', 'p'), ('A-2', 'q')");
    let catalog = governed.catalog(&documents(
        "{ kind: data-source, name: a, integration: w, table: raw.a, columns: [ { name: 'the \"id', type: varchar(20), tags: [ T ] }, { name: plain, type: text } ] }\n---\n\
         { kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: T }, with: reversible }, except: { group: hr } } ] }",
    ));
    governed.install(&catalog);
    governed.push(&catalog);
    let token = governed
        .seen("u1", "SELECT \"the \"\"id\" FROM governed.a WHERE plain = 'q'")
        .unwrap()
        .remove(0)
        .remove(0)
        .unwrap();
    assert_eq!(token.len(), 64);
    let warehouse = governed.connect(&catalog);
    let resolve = |column: &str, token: &str| {
        let key = scrim_policy::source_key(catalog.data_sources.keys().next().unwrap());
        let table = governed.table("raw.a").parse().unwrap();
        let unmask = Unmask {
            key: &key,
            table: &table,
            column,
            token,
            requested_by: "u1",
            approved_by: "olivia",
            reason: "it's \"needed\"",
        };
        governed.wait(warehouse.resolve(&unmask))
    };
    assert_eq!(resolve("the \"id", &token).unwrap().as_deref(), Some("A-2"));
    assert_eq!(resolve("the \"id", "' OR '1' = '1").unwrap(), None);
    assert!(resolve("plain", &token).is_err());
    let kept = governed.seen(
        "postgres",
        "SELECT login, requested_by, approved_by, reason, found::text FROM immuta_system.unmasked ORDER BY resolved_at",
    );
    let row = |found: &str| {
        ["scrim_system", "u1", "olivia", "it's \"needed\"", found].map(|cell| Some(cell.to_owned())).to_vec()
    };
    assert_eq!(kept.unwrap(), [row("true"), row("false")]);
    for user in ["u1", "u2"] {
        assert_eq!(
            governed.refused(
                user,
                if target == Target::Postgresql {
                    "CALL immuta_procedures.resolve('s', 'c', 't', 'a', 'b', 'r', NULL)"
                } else {
                    "CALL immuta_procedures.resolve('s', '', 's', 't', 'c', 't', 'a', 'b', 'r', NULL)"
                }
            ),
            "42501"
        );
        assert_eq!(governed.refused(user, "SELECT * FROM immuta_system.unmasked"), "42501");
    }
}

/// HARDENING 19: released is what enough rows had at the last count, within each value of a `match` rule, while the table
/// is as it was then; whatever changes it, everything is NULL until it is counted again.
#[test]
fn a_combination_is_shown_only_while_enough_rows_have_it() {
    let governed = Governed::start();
    governed.run(READERS);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.people (id serial PRIMARY KEY, zip text, age int, region text);
         INSERT INTO raw.people (zip, age, region) VALUES ('1', 30, 'n'), ('1', 30, 'n'), ('1', 30, 's'), ('2', 30, 'n'), ('2', NULL, 'n'), ('2', NULL, 'n');
         SELECT pg_stat_force_next_flush()",
    );
    let catalog = governed.catalog(
        &documents(
            "{ kind: data-source, name: people, integration: w, table: raw.people, columns: [ { name: id, type: integer }, { name: zip, type: text, tags: [ Q.Zip ] }, { name: age, type: integer, tags: [ Q.Age ] }, { name: region, type: text } ] }\n---\n\
             kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: { tag: Q }, with: { k_anonymous: { k: 2 } } }\n  - rows: { match: { attribute: region, column: { name: region } } }\n    except: { group: hr }",
        )
        .replace("name: u1 }", "name: u1, attributes: { region: s } }"),
    );
    governed.install(&catalog);
    let report = governed.push(&catalog);
    assert_eq!(report.refreshed, 1);
    let seen = |user: &str| -> Vec<String> {
        let sql = "SELECT COALESCE(zip, '-') || COALESCE(age::text, '-') FROM governed.people ORDER BY id";
        governed.seen(user, sql).unwrap().into_iter().map(|mut row| row.remove(0).unwrap()).collect()
    };
    // Three rows have ('1', 30), but one alone in its region; NULL is a value.
    assert_eq!(seen("u2"), ["130", "130", "--", "--", "2-", "2-"]);
    assert_eq!(seen("u1"), ["--"]);
    assert!(!governed.push(&catalog).changes_anything());
    let settle = || governed.run("SELECT pg_stat_force_next_flush()");
    for change in [
        "DELETE FROM raw.people WHERE id = 1",
        "UPDATE raw.people SET age = 31 WHERE id = 2",
        "INSERT INTO raw.people (zip, age, region) VALUES ('2', 31, 'n')",
        "TRUNCATE raw.people; INSERT INTO raw.people (zip, age, region) VALUES ('1', 30, 'n'), ('1', 30, 'n')",
    ] {
        governed.run(change);
        settle();
        let nothing = seen("u2");
        assert!(nothing.iter().all(|row| row == "--"), "after {change}: {nothing:?}");
        let mut warehouse = governed.connect(&catalog);
        let (done, failed) = governed.wait(scrim_sync::refresh(&mut warehouse, None)).unwrap();
        assert_eq!((done, failed), (vec!["people".to_owned()], vec![]));
        assert!(seen("u2").iter().any(|row| row != "--") || change.starts_with("UPDATE"), "after {change}");
    }
    // The statistics are the owner's alone, and a setting of the session has no say in them.
    for relation in ["statistics", "released"] {
        assert_eq!(governed.refused("u1", &format!("SELECT * FROM immuta_system.{relation}")), "42501");
    }
    governed.run("DELETE FROM raw.people WHERE id > 0");
    settle();
    let held = governed.seen(
        "u2",
        "BEGIN; SET LOCAL stats_fetch_consistency = 'snapshot'; SELECT COUNT(*) FROM governed.people WHERE zip IS NOT NULL; COMMIT",
    );
    assert_eq!(held.unwrap(), [[Some("0".to_owned())]]);
    // What is counted is part of what was pushed.
    governed.run("DELETE FROM immuta_system.statistics");
    assert_eq!(governed.push(&catalog).views.replaced, 1);
}

/// Days outside the years that have a text are neither NULL nor each other; tables that inherit are part of the table.
#[test]
fn a_rare_day_of_any_year_is_not_released_and_tables_below_are_watched() {
    let governed = Governed::start();
    governed.run(READERS);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.a (id int, born date, seen timestamptz); CREATE TABLE raw.below () INHERITS (raw.a);
         INSERT INTO raw.below VALUES (1, NULL, NULL), (2, NULL, NULL), (3, 'infinity', NULL), (4, '0044-03-15 BC', NULL),
           (5, NULL, '-infinity'), (6, '2000-01-01', '2000-01-01'), (7, '2000-01-01', '2000-01-01');
         SELECT pg_stat_force_next_flush()",
    );
    let catalog = governed.catalog(&documents(
        "{ kind: data-source, name: a, integration: w, table: raw.a, columns: [ { name: id, type: integer }, { name: born, type: date, tags: [ Q ] }, { name: seen, type: timestamptz, tags: [ Q ] } ] }\n---\n\
         { kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: Q }, with: { k_anonymous: { k: 2 } } } } ] }",
    ));
    governed.install(&catalog);
    governed.push(&catalog);
    let seen = || -> Vec<String> {
        let sql = "SELECT id || ' ' || COALESCE(born::text, '-') || COALESCE(' ' || date(seen), '-') FROM governed.a ORDER BY id";
        governed.seen("u1", sql).unwrap().into_iter().map(|mut row| row.remove(0).unwrap()).collect()
    };
    let both = ["1 --", "2 --", "3 --", "4 --", "5 --", "6 2000-01-01 2000-01-01", "7 2000-01-01 2000-01-01"];
    assert_eq!(seen(), both);
    governed.run("UPDATE raw.below SET born = '2001-01-01' WHERE id = 6");
    governed.run("SELECT pg_stat_force_next_flush()");
    assert_eq!(seen().last().unwrap(), "7 --");
}

/// No mask fails on a number, however large, and what is no number is not shown by noise or rounding.
#[test]
fn no_mask_fails_on_a_number() {
    let governed = Governed::start();
    governed.run(READERS);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.a (id int, n numeric, m numeric, p numeric(12,2), q numeric(12,2));
         INSERT INTO raw.a SELECT row_number() OVER (), v.n, v.n, CASE WHEN v.n = 'NaN' THEN v.n ELSE 7 END, CASE WHEN v.n = 'NaN' THEN v.n ELSE 7 END
         FROM (VALUES (7::numeric), ('NaN'), ('Infinity'), ('-Infinity'), (repeat('9', 131072)::numeric), (-repeat('9', 131072)::numeric)) AS v (n)",
    );
    let catalog = governed.catalog(&documents(
        "{ kind: data-source, name: a, integration: w, table: raw.a, columns: [ { name: id, type: integer }, { name: n, type: numeric, tags: [ N ] }, { name: m, type: numeric, tags: [ R ] }, { name: p, type: 'numeric(12,2)', tags: [ N ] }, { name: q, type: 'numeric(12,2)', tags: [ R ] } ] }\n---\n\
         kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: { tag: N }, with: { randomize: { noise: { stddev: 5 }, by: { name: id } } } }\n  - mask: { columns: { tag: R }, with: { round: 5 } }",
    ));
    governed.install(&catalog);
    governed.push(&catalog);
    let shown = governed.seen("u1", "SELECT string_agg(id::text, '' ORDER BY id) FILTER (WHERE n IS NOT NULL), string_agg(m::text, ' ' ORDER BY id), string_agg(id::text, '' ORDER BY id) FILTER (WHERE p IS NOT NULL), string_agg(id::text, '' ORDER BY id) FILTER (WHERE q = 5) FROM governed.a");
    let cells: Vec<String> = shown.unwrap().remove(0).into_iter().flatten().collect();
    assert_eq!(cells, ["1", "5", "13456", "13456"]);
}

/// Under an equalized project: facts are bounds, and what speaks of one reader shows nothing.
fn members_of_an_equalized_project_see_what_all_of_them_may(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    governed.run("CREATE SCHEMA raw; CREATE TABLE raw.a (id int, region text, name text); INSERT INTO raw.a VALUES (1, 'n', 'u1'), (2, 's', 'u2'), (3, 'e', 'x')");
    let text = |equalized: bool, more: &str| {
        documents(&format!(
            "{{ kind: user, name: u3, groups: [ hr ], attributes: {{ region: [ s, e ] }}, current_project: j }}\n---\n\
             {{ kind: project, name: j, equalized: {equalized}, data_sources: [ a ], members: [ {{ user: u1 }}, {{ user: u2 }}, {{ user: u3 }} ] }}\n---\n\
             {{ kind: data-source, name: a, integration: w, table: raw.a, columns: [ {{ name: id, type: integer }}, {{ name: region, type: text }}, {{ name: name, type: text, tags: [ T ] }} ] }}\n---\n\
             kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: {{ columns: {{ tag: T }}, with: {{ constant: hidden }} }}\n    except: {{ group: hr }}\n{more}"
        ))
        .replace("name: u1 }\n", "name: u1, attributes: { region: [ n, s ] }, current_project: j }\n")
        .replace("groups: [ hr ] }\n---\n{ kind: subscription", "groups: [ hr ], attributes: { region: [ s ] }, current_project: j }\n---\n{ kind: subscription")
    };
    let matching = "  - rows: { match: { attribute: region, column: { name: region } } }\n";
    let catalog = governed.catalog(&text(false, matching));
    governed.install(&catalog);
    governed.push(&catalog);
    let seen = |user: &str| -> Vec<String> {
        let sql = "SELECT id || name FROM governed.a ORDER BY id";
        governed.seen(user, sql).unwrap().into_iter().map(|mut row| row.remove(0).unwrap()).collect()
    };
    assert_eq!([seen("u1"), seen("u2"), seen("u3")], [vec!["1hidden", "2hidden"], vec!["2u2"], vec!["2u2", "3x"]]);
    governed.push(&governed.catalog(&text(true, matching)));
    for user in ["u1", "u2", "u3"] {
        assert_eq!(seen(user), ["2hidden"], "{user}");
    }
    governed.push(&governed.catalog(&text(true, "  - rows: { filter: 'name = @username' }\n")));
    assert_eq!([seen("u1"), seen("u2"), seen("u3")], [vec![""; 0], vec![], vec![]]);
    // Somebody who may not read at all closes it to everybody.
    let shut = text(true, "").replace("access: anyone", "access: { conditions: { group: hr } }");
    governed.push(&governed.catalog(&shut));
    assert_eq!([seen("u2"), seen("u3")], [vec![""; 0], vec![]]);
    // By masks of which neither surely shows less, members see nothing.
    let mixed = "  - mask: { columns: { name: '^region$' }, cases: [ { for: { group: hr }, with: { partial: { last: 1 } } } ], otherwise: { regex: { pattern: '.', replacement: x } } }\n";
    let regions =
        |user: &str| governed.seen(user, "SELECT DISTINCT region FROM governed.a WHERE id = 1").unwrap().remove(0);
    governed.push(&governed.catalog(&text(false, mixed)));
    assert_eq!(["u1", "u2"].map(regions), [vec![Some("x".to_owned())], vec![Some("*".to_owned())]]);
    governed.push(&governed.catalog(&text(true, mixed)));
    assert_eq!(["u1", "u2"].map(regions), [vec![None], vec![None]]);
    let options = Options { allow_drop: true, ..Options::default() };
    let alone = shut
        .replace("{ user: u1 }, ", "")
        .replace("current_project: j }\n---\n{ kind: user, name: u2", "}\n---\n{ kind: user, name: u2");
    let alone = alone.replace("attributes: { region: [ n, s ] }, }", "attributes: { region: [ n, s ] } }");
    governed.try_push(&governed.catalog(&alone), &options, chrono::Utc::now()).unwrap();
    assert_eq!(seen("u2").len(), 3);
}

/// A table of a hundred columns with twenty policies, each column masked by several.
fn a_hundred_columns_and_twenty_policies_make_a_view(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    let (mut columns, mut create) = (String::new(), String::new());
    for column in 0..100 {
        let name = match column {
            0 => "id".to_owned(),
            1 => "select".to_owned(),
            // Redshift keeps names in lower case.
            2 => scrim_testkit::random::LONG_NAME.to_ascii_lowercase(),
            n => format!("column {n} 'it''s'"),
        };
        let quoted = scrim_testkit::random::quoted(&name);
        let _ = write!(
            columns,
            "{{ name: {quoted}, type: {}, tags: [ T{}.C{} ] }}, ",
            if column == 0 { "integer" } else { "varchar(40)" },
            column % 7,
            column % 3
        );
        let _ = write!(create, "{} {}, ", ident(&name), if column == 0 { "integer" } else { "varchar(40)" });
    }
    governed.run(&format!(
        "CREATE SCHEMA raw; CREATE TABLE raw.wide ({}); INSERT INTO raw.wide VALUES (1, 'x')",
        create.trim_end_matches(", ")
    ));
    let mut more =
        format!("{{ kind: data-source, name: wide, integration: w, table: raw.wide, columns: [ {columns} ] }}\n");
    for policy in 0..20 {
        let mask = [
            "hash",
            "{ partial: { last: 2 } }",
            "reversible",
            "{ randomize: { domain: [ a, b ], rate: 0.5, by: { name: id } } }",
            "{ k_anonymous: { k: 3 } }",
        ][policy % 5];
        let _ = write!(
            more,
            "---\nkind: data-policy\nname: p{policy}\nwhere: all\nyields: {}\nrules:\n  - mask: {{ columns: {{ tag: T{} }}, with: {mask} }}\n    except: {{ any: [ {{ group: hr }}, {{ user: u1 }} ] }}\n  - rows: {{ filter: 'id < {}' }}\n",
            policy % 4 == 0,
            policy % 7,
            policy + 10
        );
    }
    let catalog = governed.catalog(&documents(&more));
    governed.install(&catalog);
    governed.push(&catalog);
    assert_eq!(governed.seen("u1", "SELECT \"select\" FROM governed.wide").unwrap(), [[Some("x".to_owned())]]);
    assert_eq!(governed.seen("u1", "SELECT * FROM governed.wide").unwrap()[0].len(), 100);
}

/// Redshift does not tell whether a table was changed: another number of rows is noticed.
fn a_combination_is_shown_only_while_the_table_has_as_many_rows(target: Target) {
    let governed = Governed::on(target);
    governed.run(READERS);
    governed.run("CREATE SCHEMA raw; CREATE TABLE raw.people (id int, zip varchar(9)); INSERT INTO raw.people VALUES (1, '1'), (2, '1'), (3, '2')");
    let text = documents(
        "{ kind: data-source, name: people, integration: w, table: raw.people, columns: [ { name: id }, { name: zip, tags: [ Q.Zip ] } ] }\n---\n\
         { kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: Q }, with: { k_anonymous: { k: 2 } } } } ] }",
    );
    let catalog = governed.catalog(&text);
    governed.install(&catalog);
    assert_eq!(governed.push(&catalog).refreshed, 1);
    let seen = || -> Vec<Option<String>> {
        let rows = governed.seen("u1", "SELECT zip FROM governed.people ORDER BY id").unwrap();
        rows.into_iter().map(|mut row| row.remove(0)).collect()
    };
    let one = || Some("1".to_owned());
    assert_eq!(seen(), [one(), one(), None]);
    assert!(!governed.push(&catalog).changes_anything());
    governed.run("DELETE FROM raw.people WHERE id = 2");
    assert_eq!(seen(), [None, None]);
    let mut warehouse = governed.connect(&catalog);
    let (done, failed) = governed.wait(scrim_sync::refresh(&mut warehouse, None)).unwrap();
    assert_eq!((done, failed), (vec!["people".to_owned()], vec![]));
    assert_eq!(seen(), [None, None]);
    for relation in ["statistics", "released"] {
        assert_eq!(governed.refused("u1", &format!("SELECT * FROM immuta_system.{relation}")), "42501");
    }
    // What is counted is part of what was pushed, and is counted no more when nothing asks for it.
    for change in [
        "DELETE FROM immuta_system.statistics",
        "UPDATE immuta_system.statistics SET query = 'SELECT ''x'' AS combination'",
    ] {
        governed.run_at_home(change);
        assert_eq!(governed.push(&catalog).views.replaced, 1, "{change}");
        assert!(!governed.push(&catalog).changes_anything());
    }
    governed.push(&governed.catalog(&text.replace("{ k_anonymous: { k: 2 } }", "nullify")));
    assert_eq!(governed.cell("SELECT COUNT(*) FROM immuta_system.statistics").as_deref(), Some("0"));
}

scrim_testkit::everywhere! {
    what_each_mask_does_to_each_type
    hashes_join_only_under_a_project_with_masked_joins
    a_token_leads_back_to_its_value_and_only_by_the_procedure
    members_of_an_equalized_project_see_what_all_of_them_may
    a_hundred_columns_and_twenty_policies_make_a_view
}

mod counted_by_rows {
    use scrim_testkit::Target;

    #[test]
    fn per_database() {
        super::a_combination_is_shown_only_while_the_table_has_as_many_rows(Target::PerDatabase);
    }

    #[test]
    fn central() {
        super::a_combination_is_shown_only_while_the_table_has_as_many_rows(Target::Central);
    }
}
