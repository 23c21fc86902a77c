//! The laws of the policy language in real PostgreSQL, through a real push: the view as a user and the reference
//! evaluator agree on every cell, for random policies and users over rows of every type.
//!
//! `SCRIM_CASES` sets how many random catalogs are tried (250 unless set).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::test_runner::{Config, TestRunner};
use scrim_catalog::Catalog;
use scrim_policy::evaluate::{Released, Row, World, evaluate};
use scrim_policy::{Facts, Merged, SaltKey, Value, decide, merge};
use scrim_testkit::agreement::{closed, compare, prepare, random};
use scrim_testkit::random::{Choice, documents, mask_rule, quoted, row_rule, rows, who};
use scrim_testkit::{Governed, Target, catalog, ident, literal};

/// A catalog that is never pushed.
fn offline(text: &str) -> Catalog {
    catalog(&format!("{{ kind: integration, name: w, engine: postgresql, database: postgres }}\n---\n{text}"))
}

/// Law 4: whoever is deleted sees nothing any more, and an empty catalog shows nothing to anybody.
fn whoever_is_deleted_sees_nothing_and_an_empty_catalog_shows_nothing(target: Target) {
    let governed = Governed::on(target);
    prepare(&governed);
    governed.install(&governed.catalog(&format!("{}---\n{LOOKUP}", random(target, &mut Choice::new(1)))));
    let options = scrim_sync::Options { allow_drop: true, ..Default::default() };
    for seed in 1..12 {
        let text = random(target, &mut Choice::new(seed * 7919));
        governed.push(&governed.catalog(&text));
        let without: Vec<&str> = text.split("---\n").filter(|document| !document.contains("name: u2,")).collect();
        // What names the user must go with them.
        let members = [", { user: u2, acknowledged: true }", ", { user: u2 }"];
        let without = members.iter().fold(without.join("---\n"), |text, member| text.replace(member, ""));
        let without = without.replace("user: u2", "user: u3");
        governed.try_push(&governed.catalog(&without), &options, chrono::Utc::now()).unwrap();
        assert_eq!(governed.seen("u2", "SELECT 1 FROM governed.all_types").unwrap().len(), 0, "{text}");
        closed(&governed, "u2", &text);
    }
    governed.try_push(&governed.catalog("{ kind: tag, name: T }"), &options, chrono::Utc::now()).unwrap();
    for user in ["u1", "u2", "u3", "u4"] {
        assert_eq!(governed.refused(user, "SELECT 1 FROM governed.all_types"), "42P01");
        assert_eq!(governed.seen(user, "SELECT 1 FROM immuta_system.user_profile").unwrap().len(), 0);
    }
}

fn the_view_and_the_reference_evaluator_agree_on_every_cell(target: Target) {
    let governed = Governed::on(target);
    prepare(&governed);
    governed.install(&governed.catalog(&format!("{}---\n{LOOKUP}", random(target, &mut Choice::new(1)))));
    let usual = if target == Target::Postgresql { 250 } else { 60 };
    let cases = std::env::var("SCRIM_CASES").map_or(usual, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        compare(&governed, &random(target, &mut Choice::new(seed)));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// While one random catalog takes another's place, each person sees at every moment what the state before shows, what
/// the state after shows, or nothing.
fn no_moment_between_two_catalogs_shows_what_neither_shows(target: Target) {
    let governed = Governed::on(target);
    prepare(&governed);
    governed.install(&governed.catalog(&format!("{}---\n{LOOKUP}", random(target, &mut Choice::new(1)))));
    let usual = if target == Target::Postgresql { 60 } else { 15 };
    let cases = std::env::var("SCRIM_CASES").map_or(usual, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let options = scrim_sync::Options { allow_drop: true, ..Default::default() };
    let seen = || -> Vec<Vec<Vec<Option<String>>>> {
        let user = |user: &str| {
            let mut rows = governed.seen(user, "SELECT * FROM governed.all_types").unwrap();
            rows.sort();
            rows
        };
        ["u1", "u2", "u3", "u4"].into_iter().map(user).collect()
    };
    let outcome = TestRunner::new(config).run(&(proptest::num::u64::ANY, proptest::num::u64::ANY), |(one, other)| {
        let (before, after) = (random(target, &mut Choice::new(one)), random(target, &mut Choice::new(other)));
        governed.push(&governed.catalog(&before));
        let catalog = governed.catalog(&after);
        let integration = &catalog.integrations.values().next().unwrap().item;
        let mut moments = vec![seen()];
        let mut warehouse = governed.connect(&catalog);
        let epoch = governed.wait(warehouse.claim()).unwrap();
        let plan = governed
            .wait(scrim_sync::plan(&warehouse, &catalog, integration, &options, epoch, chrono::Utc::now()))
            .unwrap();
        for step in &plan.steps {
            assert_eq!(governed.wait(scrim_sync::apply_step(&mut warehouse, epoch, step)).unwrap(), None);
            moments.push(seen());
        }
        let (first, last) = (&moments[0], &moments[moments.len() - 1]);
        for (at, moment) in moments.iter().enumerate() {
            for user in 0..4 {
                let rows = &moment[user];
                // Until combinations are counted, they are NULL.
                assert!(
                    rows.is_empty() || rows == &first[user] || fits(rows, &last[user]),
                    "u{} after step {at} of {:#?}\n{before}\nBECAME\n{after}",
                    user + 1,
                    plan.steps
                );
            }
        }
        assert!(!governed.push(&catalog).changes_anything());
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Whether these rows are those, some cells being NULL.
fn fits(rows: &[Vec<Option<String>>], last: &[Vec<Option<String>>]) -> bool {
    let Some((row, rest)) = rows.split_first() else { return last.is_empty() };
    let hides = |other: &[Option<String>]| row.iter().zip(other).all(|(cell, other)| cell.is_none() || cell == other);
    last.iter().enumerate().filter(|(_, other)| hides(other)).any(|(at, _)| {
        let left: Vec<_> =
            last.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, row)| row.clone()).collect();
        fits(rest, &left)
    })
}

/// A rule that looks up in `ref.desk`, so that the installation lets the views read it.
const LOOKUP: &str = "{ kind: data-policy, name: desk, where: all, rules: [ { rows: { lookup: { table: ref.desk, on: { k: { name: id } }, user: login } } } ] }";

/// Only the views, `user_profile` and `user_tables` can be read; a reader's own function, division or cast shows
/// nothing of what is hidden; salts stand in no view's text.
#[test]
fn readers_reach_nothing_else() {
    let governed = Governed::start();
    prepare(&governed);
    let mut text = documents(&mut Choice::new(3));
    let start = text.find("kind: data-policy").unwrap();
    let end = text.find("kind: data-source").unwrap();
    text.replace_range(
        start..end,
        "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: { tag: X }, with: hash }\n  - rows: { filter: \"lower(replace(code, 'x', 'y')) = 'us' AND length(txt) > 0 AND id < 8\" }\n---\n{ kind: subscription-policy, name: zz, where: all, access: anyone, combine: shared }\n---\n",
    );
    let text = text.replace("disabled: true", "disabled: false").replace(", guardrail: true", ", guardrail: false");
    let catalog = governed.catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    governed.run("CREATE SCHEMA u4 AUTHORIZATION u4; INSERT INTO immuta_system.tables VALUES ('s_other', NULL, 'governed', 'of somebody else')");
    for relation in [
        "raw.all_types",
        "ref.desk",
        "immuta_system.profile",
        "immuta_system.salt",
        "immuta_system.gate",
        "immuta_system.tables",
        "immuta_system.object_state",
        "immuta_system.state",
    ] {
        assert_eq!(governed.refused("u4", &format!("SELECT * FROM {relation}")), "42501", "{relation}");
    }
    for write in [
        "DELETE FROM governed.all_types",
        "UPDATE immuta_system.user_profile SET value = 'hr'",
        "CREATE TABLE governed.x (a int)",
    ] {
        assert_eq!(governed.refused("u4", write), "42501", "{write}");
    }
    let see = |sql: &str| governed.seen("u4", sql).unwrap();
    assert_eq!(see("SELECT id FROM governed.all_types"), [[Some("1".to_owned())]]);
    // Each of these would be an error, or a row too many, if a hidden row were asked.
    for leak in [
        "1 / (id - 5) <> 99",
        "CAST('x' || id AS text) <> 'y' AND CASE WHEN id <> 1 THEN CAST('leak' || id AS int) ELSE 1 END = 1",
    ] {
        assert_eq!(see(&format!("SELECT id FROM governed.all_types WHERE {leak}")).len(), 1, "{leak}");
    }
    // The cheapest of functions, on columns as they are, and no index to find the reader's own rows by: what is
    // asked first is then up to the planner, unless the views are barriers.
    governed.run("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off");
    see("CREATE TABLE u4.seen (v text)");
    for argument in ["integer", "text"] {
        see(&format!(
            "CREATE FUNCTION u4.spy(v {argument}) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO u4.seen VALUES (v); RETURN true; END $$"
        ));
    }
    see("SELECT id FROM governed.all_types WHERE u4.spy(id)");
    see("SELECT value FROM immuta_system.user_profile WHERE u4.spy(immuta__userid)");
    see("SELECT view_name FROM immuta_system.user_tables WHERE u4.spy(view_name)");
    assert_eq!(
        see("SELECT DISTINCT v FROM u4.seen ORDER BY v"),
        [[Some("1".to_owned())], [Some("all_types".to_owned())], [Some("u4".to_owned())]]
    );
    governed.run("RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan");
    let definition = see("SELECT pg_get_viewdef('governed.all_types'::regclass)").remove(0).remove(0).unwrap();
    let salts = governed.salts();
    assert!(!salts.is_empty() && salts.values().all(|salt| salt.len() == 64 && !definition.contains(salt)));
    // Who is not subscribed does not even cause the table to be scanned.
    let plan =
        governed.seen("stranger", "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM governed.all_types").unwrap();
    let plan: Vec<String> = plan.into_iter().flatten().flatten().collect();
    let scan = plan.iter().find(|line| line.contains("on all_types")).unwrap();
    assert!(scan.contains("(never executed)"), "{plan:#?}");
    // An expired row ends access by itself, and a closed gate closes at once.
    governed.run("UPDATE immuta_system.profile SET expires = now() - interval '1 second' WHERE kind = 'table'");
    assert_eq!(see("SELECT id FROM governed.all_types").len(), 0);
    governed.run(
        "UPDATE immuta_system.profile SET expires = NULL; UPDATE immuta_system.gate SET min_version = min_version + 1",
    );
    assert_eq!(see("SELECT id FROM governed.all_types").len(), 0);
}

/// A change that must not show anybody more: what it is, and the catalogs before and after it.
fn restriction(choice: &mut Choice) -> (&'static str, String, String) {
    let before = documents(choice).replace("yields: true", "yields: false");
    let extra = |rules: String| {
        format!("kind: data-policy\nname: extra\nwhere: all\npriority: 9\nrules:\n{rules}---\n{before}")
    };
    match choice.below(7) {
        0 => {
            let guardrail = format!(
                "{{ kind: subscription-policy, name: extra, where: all, access: {{ conditions: {} }}, guardrail: true }}\n---\n",
                who(choice, 2)
            );
            ("a guardrail", before.clone(), guardrail + &before)
        }
        1 => ("a row rule", before.clone(), extra(row_rule(choice))),
        2 => (
            "equalizing",
            before.replace("equalized: true", "equalized: false"),
            before.replace("equalized: false", "equalized: true"),
        ),
        3 => {
            // Without purposes of its own a project gives nothing, and takes those of another away: so from none.
            let plain = before.replace(", current_project: j", "").replace(", current_project: k", "");
            let equalized = choice.odds(2);
            let bare = format!(
                "{{ kind: project, name: bare, data_sources: [ s ], equalized: {equalized}, members: [ {{ user: u1 }}, {{ user: u2 }}, {{ user: u4 }} ] }}\n---\n"
            );
            let switched = ["u1", "u2", "u4"].iter().fold(format!("{bare}{plain}"), |text, user| {
                text.replace(
                    &format!("{{ kind: user, name: {user},"),
                    &format!("{{ kind: user, name: {user}, current_project: bare,"),
                )
            });
            ("switching to a project", format!("{bare}{plain}"), switched)
        }
        4 => {
            let enabled = before.replace("disabled: true", "disabled: false");
            let user = choice.of(&["u1", "u2", "u3"]);
            let lines = enabled.lines().map(|line| match line.starts_with(&format!("{{ kind: user, name: {user},")) {
                true => line.replace("disabled: false", "disabled: true"),
                false => line.to_owned(),
            });
            let disabled = lines.collect::<Vec<_>>().join("\n");
            ("disabling a user", enabled, disabled)
        }
        _ => ("a mask", before.clone(), extra(mask_rule(choice))),
    }
}

/// Law 2: adding a mask, a row rule or a guardrail, equalizing a project, switching to one, disabling a user never shows
/// anybody a row, a clear value or a weaker mask that they did not see before, unless the displaced policy itself says
/// `yields`.
#[test]
fn a_restriction_never_shows_more() {
    let cases = std::env::var("SCRIM_CASES").map_or(600, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let now = chrono::Utc::now();
    let rows = rows();
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        let (what, before, after) = restriction(&mut Choice::new(seed));
        let (old, new) = (strengths(&before, &rows, now), strengths(&after, &rows, now));
        for ((user, row), new) in new {
            let old = old
                .get(&(user.clone(), row))
                .unwrap_or_else(|| panic!("{user} sees row {row} only after {what}\n{before}\nBECAME\n{after}"));
            let weaker = new.iter().zip(old).position(|(new, old)| new.0 > old.0);
            assert_eq!(
                weaker, None,
                "{what}: {user} sees more of row {row}: {old:?} became {new:?}\n{before}\nBECAME\n{after}"
            );
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Under an equalized project a member sees no row, and no cell more clearly, than every other member would alone.
#[test]
fn under_an_equalized_project_nobody_sees_more_than_any_member_would() {
    let cases = std::env::var("SCRIM_CASES").map_or(300, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let now = chrono::Utc::now();
    let rows = rows();
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        let plain = documents(&mut Choice::new(seed)).replace("disabled: true", "disabled: false");
        let text = plain.replace("yields: true", "yields: false");
        // Everybody in the project, and under it.
        let everyone = text.lines().map(|line| match line.starts_with("{ kind: project, name: k,") {
            true => format!("{}members: [ {{ user: u1, acknowledged: true }}, {{ user: u2 }}, {{ user: u3, acknowledged: true }}, {{ user: u4, acknowledged: true }} ] }}", line.split("members:").next().unwrap()),
            false => line.replace(", current_project: j", "").replace(", current_project: k", "").replace(", disabled: false", ", current_project: k, disabled: false"),
        });
        let alone = everyone.collect::<Vec<_>>().join("\n").replace("equalized: true", "equalized: false");
        let together = alone.replace("equalized: false", "equalized: true");
        let (single, equal) = (strengths(&alone, &rows, now), strengths(&together, &rows, now));
        for ((user, row), seen) in equal {
            for member in ["u1", "u2", "u3", "u4"] {
                let theirs = single.get(&(member.to_owned(), row));
                let theirs = theirs.unwrap_or_else(|| panic!("{user} sees row {row}, and {member} would not\n{together}"));
                // By class, and by what the masks show: one may not stand in for another that may show less.
                let more = seen.iter().zip(theirs).position(|(seen, theirs)| {
                    let shows = match (&seen.1, &theirs.1) {
                        (Some(mask), Some(their)) => !mask.hides_as_much_as(their),
                        _ => false,
                    };
                    seen.0 > theirs.0 || shows
                });
                assert_eq!(more, None, "{user} sees more of row {row} than {member} would: {theirs:?}, {seen:?}\n{together}");
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The random catalogs reach every mask and every row rule, on somebody who sees the cell or row, or is kept from it.
#[test]
fn random_catalogs_reach_every_rule() {
    let rows = rows();
    let now = chrono::Utc::now();
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut closed, mut equal) = (0, 0);
    for seed in 1..800_u64 {
        let catalog = offline(&documents(&mut Choice::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))));
        let source = catalog.data_sources.values().next().unwrap();
        let merged = merge(&catalog, source).unwrap();
        closed += usize::from(!merged.closed.is_empty());
        let released = Released::counted(&merged, &rows);
        for user in catalog.users.values() {
            let facts = Facts::of(&catalog, user);
            if !decide(&catalog, source, user, now).granted {
                continue;
            }
            equal += usize::from(facts.shared());
            let salt = |_: &SaltKey| "salt".to_owned();
            let world = World { now, login: &user.name, salt: &salt, lookups: &BTreeMap::new(), released: &released };
            for row in evaluate(&merged, true, &facts, &rows, &world) {
                for column in &merged.columns {
                    let mask = row[&column.name].masked_by.map_or("clear", |at| column.masks[at].mask.name());
                    *shown.entry(mask).or_default() += 1;
                }
            }
            for rule in &merged.rows {
                let alone = Merged { rows: vec![rule.clone()], ..merged.clone() };
                let left = evaluate(&alone, true, &facts, &rows, &world).len();
                let outcome = if left == rows.len() { "all" } else { "some" };
                if outcome == "some" {
                    *shown
                        .entry(
                            rule.written
                                .split(':')
                                .next()
                                .map_or("", |word| ROWS_RULES.iter().find(|r| **r == word).unwrap()),
                        )
                        .or_default() += 1;
                }
            }
        }
    }
    assert_eq!(closed, 0);
    assert!(equal > 20, "{equal} people under equalized projects");
    for wanted in MASK_NAMES.iter().chain(&ROWS_RULES) {
        assert!(shown.get(wanted).is_some_and(|count| *count >= 10), "{wanted}: {shown:#?}");
    }
}

const MASK_NAMES: [&str; 13] = [
    "clear",
    "nullify",
    "constant",
    "hash",
    "reversible",
    "format_preserving",
    "randomize",
    "k_anonymous",
    "truncate",
    "round",
    "regex",
    "partial",
    "custom",
];
const ROWS_RULES: [&str; 8] = ["match", "filter", "lookup", "newer_than", "older_than", "sample", "never", "purpose"];

/// The class of the mask that shows a cell, 9 for a clear one, and the mask if it shows more than NULL.
type Strength = (u8, Option<scrim_policy::Masking>);

/// How much each user sees of each row, by column.
fn strengths(text: &str, rows: &[Row], now: chrono::DateTime<chrono::Utc>) -> BTreeMap<(String, usize), Vec<Strength>> {
    let catalog = offline(text);
    let source = catalog.data_sources.values().next().unwrap();
    let merged = merge(&catalog, source).unwrap();
    let released = Released::counted(&merged, rows);
    let mut seen = BTreeMap::new();
    for user in catalog.users.values() {
        let facts = Facts::of(&catalog, user);
        let granted = decide(&catalog, source, user, now).granted;
        let world =
            World { now, login: &user.name, salt: &|_| String::new(), lookups: &BTreeMap::new(), released: &released };
        for (at, row) in rows.iter().enumerate() {
            for shown in evaluate(&merged, granted, &facts, std::slice::from_ref(row), &world) {
                let class = |column: &scrim_policy::MergedColumn| {
                    let cell = &shown[&column.name];
                    let mask = cell.masked_by.map(|at| column.masks[at].mask.clone());
                    let class = mask.as_ref().map_or(9, scrim_policy::Masking::strength);
                    (class, mask.filter(|_| cell.value != Value::Null))
                };
                seen.insert((user.name.to_string(), at), merged.columns.iter().map(class).collect());
            }
        }
    }
    seen
}

/// Law 6: names and values of any content neither break nor escape the SQL.
fn hostile_names_and_values_stay_what_they_are(target: Target) {
    let governed = Governed::on(target);
    governed.run("CREATE TABLE public.canary (a int); CREATE ROLE u1 LOGIN; CREATE SCHEMA raw");
    let hostile = [
        "x'; DROP TABLE public.canary; --",
        "x\"; DROP TABLE public.canary; --",
        "\\'; DROP TABLE public.canary; --",
        "$scrim$; DROP TABLE public.canary; --",
        "/* */ select * from t",
        "żółć 日本 🦀",
        "{table} {owner}",
        "%I %s %",
        "select",
    ];
    let mut choice = Choice::new(42);
    let random: std::collections::BTreeSet<String> = (0..24).map(|_| nasty(&mut choice)).collect();
    for name in hostile.into_iter().chain(random.iter().map(String::as_str)) {
        // Redshift keeps names in lower case.
        let folded = if target == Target::Postgresql { name.to_owned() } else { name.to_ascii_lowercase() };
        let name = folded.as_str();
        let yaml = quoted(name);
        let table = quoted(&format!("raw.{}", ident(name)));
        let view = quoted(&format!("governed.{}", ident(name)));
        let catalog = governed.catalog(&format!(
            "{{ kind: group, name: {yaml} }}\n---\n{{ kind: attribute, name: {yaml} }}\n---\n\
             {{ kind: user, name: u1, groups: [ {yaml} ], attributes: {{ {yaml}: {yaml} }} }}\n---\n\
             {{ kind: subscription-policy, name: {yaml}, where: all, access: {{ conditions: {{ group: {yaml} }} }} }}\n---\n\
             kind: data-source\nname: {yaml}\nintegration: w\ntable: {table}\nview: {view}\ncolumns: [ {{ name: {yaml}, type: text }}, {{ name: h, type: text, tags: [ {yaml} ] }} ]\n---\n\
             kind: data-policy\nname: {yaml}\nwhere: all\nrules:\n  - mask: {{ columns: {{ name: '^[^h]' }}, with: {{ constant: {yaml} }} }}\n    \
             except: {{ not: {{ attribute: {{ {yaml}: {yaml} }} }} }}\n  - mask: {{ columns: {{ tag: {yaml} }}, with: hash }}\n  \
             - rows: {{ match: {{ attribute: {yaml}, column: {{ name: '^[^h]' }} }} }}\n"
        ));
        governed.run(&format!(
            "CREATE TABLE raw.{0} ({0} text, h text); INSERT INTO raw.{0} VALUES ({1}, 'x'), ('other', 'y')",
            ident(name),
            literal(name)
        ));
        governed.install(&catalog);
        let options = scrim_sync::Options { allow_drop: true, ..Default::default() };
        assert_eq!(governed.try_push(&catalog, &options, chrono::Utc::now()).unwrap().failed, []);
        let rows = governed.seen("u1", &format!("SELECT * FROM governed.{}", ident(name))).unwrap();
        assert_eq!((rows.len(), rows[0][0].as_deref(), rows[0][1].as_ref().unwrap().len()), (1, Some(name), 64));
        let again = governed.push(&catalog);
        assert!(!again.changes_anything(), "{again:?}");
        governed.run("SELECT * FROM public.canary");
    }
}

/// A name out of what quoting rules trip over, at most 60 bytes, without blanks at its ends.
fn nasty(choice: &mut Choice) -> String {
    let parts = [
        "'", "\"", "\\", "$$", "$scrim$", "%I", "%", "{owner}", ";", "--", "/*", "*/", " ", "é", "日", "🦀", "E'",
        "\u{200b}", "x", "or", "=",
    ];
    let mut name = String::from(choice.of(&["a", "'", "\"", "\\", "."]));
    while name.len() < 50 && !choice.odds(12) {
        name += choice.of(&parts);
    }
    name + choice.of(&["z", "'", "\"", "\\"])
}

scrim_testkit::everywhere! {
    whoever_is_deleted_sees_nothing_and_an_empty_catalog_shows_nothing
    the_view_and_the_reference_evaluator_agree_on_every_cell
    no_moment_between_two_catalogs_shows_what_neither_shows
    hostile_names_and_values_stay_what_they_are
}
