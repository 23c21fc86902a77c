//! What the profile lists is what the decision grants: now exactly, and later, with nobody pushing, never more.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use scrim_catalog::documents::SourceStatus;
use scrim_catalog::{Catalog, Name, SourceFile, assemble};
use scrim_policy::{
    AccessRules, Audiences, Facts, Reader, admitted, audience_key, decide, decide_each, decide_everybody, effect,
    merge, source_key,
};

struct Choice(u64);

impl Choice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// Six sources, four people, policies with windows, guardrails and grants of all kinds.
fn documents(choice: &mut Choice, now: DateTime<Utc>) -> String {
    let at = |hours: u64| (now + Duration::hours(i64::try_from(hours).unwrap())).to_rfc3339();
    let mut text = String::from(
        "{ kind: integration, name: w, engine: postgresql, database: d }\n---\n{ kind: group, name: g }\n---\n{ kind: group, name: h }\n---\n",
    );
    let mut project = String::new();
    for s in 0..6 {
        let owners = choice.of(&["", "", "u1", "{ group: g }"]);
        let tag = choice.of(&["A", "B", "C"]);
        let status = choice.of(&["active", "active", "active", "disabled"]);
        let _ = writeln!(
            text,
            "{{ kind: data-source, name: s{s}, integration: w, table: t.s{s}, tags: [ {tag} ], owners: [ {owners} ], \
             status: {status}, columns: [ {{ name: id, type: integer, tags: [ {} ] }} ] }}\n---",
            choice.of(&["", "C.D", "g"])
        );
        if choice.below(2) == 0 {
            let _ = write!(project, "s{s}, ");
        }
    }
    let _ = writeln!(
        text,
        "{{ kind: attribute, name: t }}\n---\n{{ kind: project, name: p, equalized: {}, data_sources: [ {project} ], members: [ {{ user: u1 }}, {{ user: u2 }} ] }}\n---",
        choice.below(2) == 0
    );
    for u in 0..4 {
        let groups = choice.of(&["", "g", "h", "g, h"]);
        let current = if (1..=2).contains(&u) && choice.below(2) == 0 { ", current_project: p" } else { "" };
        let values = choice.of(&["", ", attributes: { t: C }", ", attributes: { t: [ C.D, g ] }"]);
        let _ = writeln!(text, "{{ kind: user, name: u{u}, groups: [ {groups} ]{values}{current} }}\n---");
    }
    for p in 0..choice.below(5) {
        let scope = choice.of(&[
            "all",
            "{ source_tag: A }",
            "{ source_tag: B }",
            "{ not: { source_tag: A } }",
            "{ data_source: s0 }",
        ]);
        let access = choice.of(&[
            "anyone",
            "individuals",
            "{ conditions: { group: g } }",
            "{ conditions: { not: { group: h } } }",
            "{ conditions: { tag_as_group: { on: source, match: any } } }",
            "{ conditions: { tag_as_attribute: { attribute: t, on: column, match: every } } }",
            "{ approval: [ OWNER ] }",
            "{ approval: [ OWNER, GOVERNANCE ] }",
        ]);
        let (combine, guardrail) = (choice.of(&["required", "shared"]), choice.below(4) == 0);
        let valid = match choice.below(3) {
            0 => format!(", valid: {{ until: {} }}", at(1 + choice.below(4))),
            1 => format!(", valid: {{ from: {} }}", at(choice.below(3))),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "{{ kind: subscription-policy, name: p{p}, where: {scope}, access: {access}, combine: {combine}, \
             guardrail: {guardrail}, requires_action: {}{valid} }}\n---",
            choice.below(4) == 0
        );
    }
    for u in 0..4 {
        for s in 0..6 {
            if choice.below(3) > 0 {
                continue;
            }
            let state = choice.of(&["active", "active", "active", "requested", "denied", "revoked"]);
            let by = choice.of(&["u0", "u3"]);
            let approved = |role: &str| format!("{{ as: {role}, by: {by}, at: {} }}", at(0));
            let approvals = match choice.below(3) {
                0 => String::new(),
                1 => approved("OWNER"),
                _ => format!("{}, {}", approved("OWNER"), approved("GOVERNANCE")),
            };
            let expires = match choice.below(3) {
                0 => String::new(),
                hours => format!(", expires: {}", at(2 * hours - 1)),
            };
            let _ = writeln!(
                text,
                "{{ kind: subscription, name: u{u}-s{s}, user: u{u}, data_source: s{s}, state: {state}, \
                 approvals: [ {approvals} ]{expires} }}\n---"
            );
        }
    }
    for g in 0..choice.below(4) {
        let whom = choice.of(&["user: u0", "user: u2", "group: g"]);
        let expires = match choice.below(3) {
            0 => String::new(),
            hours => format!(", expires: {}", at(2 * hours - 1)),
        };
        let source = choice.below(6);
        let _ = writeln!(text, "{{ kind: grant, name: g{g}, {whom}, data_source: s{source}{expires} }}\n---");
    }
    text
}

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|p| format!("{p:#?}\n{text}")).unwrap().0
}

#[test]
fn the_profile_lists_what_the_decision_grants() {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    for seed in 1..2000_u64 {
        let text = documents(&mut Choice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), now);
        let catalog = catalog(&text);
        let audiences = Audiences::of(&catalog, &Name::new("w").unwrap());
        for user in catalog.users.values() {
            let rows = audiences.profile(user, now);
            let facts = Facts::of(&catalog, user);
            for source in catalog.data_sources.values().filter(|source| source.status == SourceStatus::Active) {
                let rules = AccessRules::of(&catalog, source);
                let keys = [Some(source_key(&source.name)), audience_key(&rules)];
                let listed = |then: DateTime<Utc>| {
                    rows.iter().any(|row| {
                        row.kind == "table"
                            && keys.iter().flatten().any(|key| **key == *row.value)
                            && row.expires.is_none_or(|end| end > then)
                    })
                };
                for hours in 0..6 {
                    let then = now + Duration::hours(hours) + Duration::seconds(hours.min(1));
                    let granted = admitted(&catalog, &rules, source, &facts, then);
                    assert!(!listed(then) || granted, "{} on {} after {hours} h\n{text}", user.name, source.name);
                    assert!(hours > 0 || !granted || listed(then), "{} misses {}\n{text}", user.name, source.name);
                }
            }
        }
    }
}

/// A mask of the same class with other parameters is no silent change.
#[test]
fn a_mask_written_otherwise_has_an_effect() {
    let text = |mask: &str| {
        format!(
            "{{ kind: integration, name: w, engine: postgresql, database: d }}\n---\n{{ kind: user, name: u }}\n---\n\
             {{ kind: data-source, name: s, integration: w, table: a.s, columns: [ {{ name: born, type: date }} ] }}\n---\n\
             {{ kind: subscription-policy, name: everybody, where: all, access: anyone }}\n---\n\
             {{ kind: data-policy, name: p, where: all, rules: [ {{ mask: {{ columns: all, with: {mask} }} }} ] }}"
        )
    };
    let effects = |before: &str, after: &str| {
        effect(&catalog(&text(before)), &catalog(&text(after)), "2026-11-24T12:00:00Z".parse().unwrap())
    };
    let counts = |effects: &[scrim_policy::SourceEffect]| {
        effects.iter().flat_map(|e| &e.columns).map(|c| (c.more, c.less, c.otherwise)).collect::<Vec<_>>()
    };
    assert_eq!(effects("{ truncate: year }", "{ truncate: year }"), []);
    assert_eq!(counts(&effects("{ truncate: year }", "{ truncate: month }")), [(0, 0, 1)]);
    assert_eq!(counts(&effects("{ truncate: year }", "nullify")), [(0, 1, 0)]);
}

/// A column that comes into the view is seen by whoever reads it; before that it is nobody's.
#[test]
fn a_column_that_comes_into_the_view_is_seen_more() {
    let text = |tags: &str, mask: &str| {
        format!(
            "{{ kind: integration, name: w, engine: postgresql, database: d }}\n---\n{{ kind: user, name: u }}\n---\n\
             {{ kind: data-source, name: s, integration: w, table: a.s, columns: [ {{ name: id, type: integer }}, {{ name: pin, type: text, tags: {tags} }} ] }}\n---\n\
             {{ kind: subscription-policy, name: everybody, where: all, access: anyone }}\n---\n\
             {{ kind: data-policy, name: p, where: all, rules: [ {{ mask: {{ columns: {{ name: pin }}, with: {mask} }} }} ] }}"
        )
    };
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let (new, known) = (catalog(&text("[ New ]", "hash")), catalog(&text("[]", "hash")));
    let [comes] = effect(&new, &known, now).try_into().unwrap();
    assert_eq!((comes.columns[0].name.as_str(), comes.columns[0].more, comes.columns[0].less), ("pin", 1, 0));
    let [goes] = effect(&known, &new, now).try_into().unwrap();
    assert_eq!((goes.columns[0].more, goes.columns[0].less), (0, 1));
    // Of NULL nobody sees anything.
    let nothing = |tags: &str| catalog(&text(tags, "nullify"));
    assert_eq!(effect(&nothing("[ New ]"), &nothing("[]"), now), []);
}

/// A rule that cannot be applied takes the data source from everybody, and the effect says so.
#[test]
fn a_rule_that_closes_a_data_source_takes_it_from_everybody() {
    let text = |rows: &str| {
        format!(
            "{{ kind: integration, name: w, engine: postgresql, database: d }}\n---\n{{ kind: user, name: u }}\n---\n\
             {{ kind: data-source, name: s, integration: w, table: a.s, columns: [ {{ name: born, type: date }} ] }}\n---\n\
             {{ kind: subscription-policy, name: everybody, where: all, access: anyone }}\n---\n\
             {{ kind: data-policy, name: p, where: all, rules: [ {{ rows: {rows} }} ] }}"
        )
    };
    let (open, closed) = (
        catalog(&text("{ filter: 'born is not null' }")),
        catalog(&text("{ filter: \"@columnTagged('Money') > 0\" }")),
    );
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let [lost] = effect(&open, &closed, now).try_into().unwrap();
    assert_eq!((lost.gain, lost.lose, lost.losing.len(), lost.other_rows), (0, 1, 1, 0));
    assert!(lost.closed[0].contains("rule 1 of `p` closes the data source to everybody"), "{:?}", lost.closed);
    let [won] = effect(&closed, &open, now).try_into().unwrap();
    assert_eq!((won.gain, won.lose, won.closed.len()), (1, 0, 0));
    assert_eq!(effect(&closed, &closed, now), []);
}

/// The effect of a change is what the decisions before and after it say of each person.
#[test]
fn the_effect_of_a_change_is_the_difference_of_the_decisions() {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    for seed in 1..600_u64 {
        let text = |seed: u64| documents(&mut Choice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), now);
        let (before, after) = (text(seed), text(seed + 1));
        let (old, new) = (catalog(&before), catalog(&after));
        let effects = effect(&old, &new, now);
        let may = |catalog: &Catalog, source: &str, user: &str| {
            let source = catalog.data_sources.get(source).unwrap();
            let user = catalog.users.get(user).unwrap();
            let decision = decide(catalog, source, user, now);
            assert_eq!(decide_each(catalog, user, now)(source), decision, "{} {}", user.name, source.name);
            assert_eq!(decide_everybody(catalog, source, now)(user), decision, "{} {}", user.name, source.name);
            let granted = decision.granted;
            // Whoever may read what a rule closes reads nothing.
            let open = merge(catalog, source).unwrap().closed.is_empty();
            assert_eq!(Reader::new(catalog, user).admitted(source, now), granted, "{} {}", user.name, source.name);
            granted && open
        };
        for source in old.data_sources.keys() {
            let count = |had: bool| {
                let users =
                    old.users.keys().filter(|user| may(&old, source, user) == had && may(&new, source, user) != had);
                users.count()
            };
            let found = effects.iter().find(|effect| effect.data_source == *source);
            let found = found.map_or((0, 0), |effect| (effect.gain, effect.lose));
            assert_eq!(found, (count(false), count(true)), "{source}\n{before}\nBECAME\n{after}");
        }
    }
}
