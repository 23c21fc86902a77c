//! Random catalogs over one table of every type, out of one number, so that a failure can be had again.

mod values;

use std::fmt::Write as _;

use scrim_catalog::{ColumnType, Name};
use scrim_policy::Value;
use scrim_policy::evaluate::Row;

pub use values::{COLUMNS, LONG_NAME, ROWS};

const GROUPS: [&str; 4] = ["hr", "it's", "X", LONG_NAME];
const ATOMS: [&str; 9] = [
    "{ group: hr }",
    "{ group: \"it's\" }",
    "{ attribute: { v: DE } }",
    "{ attribute: { v: '7' } }",
    "{ purpose: P }",
    "{ purpose: P.Q }",
    "everyone",
    "{ user: u1 }",
    "{ user: u2 }",
];
const MASKS: [&str; 31] = [
    "nullify",
    "hash",
    "reversible",
    "format_preserving",
    "{ format_preserving: { check: luhn } }",
    "{ format_preserving: { check: iban } }",
    "{ constant: '7' }",
    "{ constant: \"it's \\\\ so\" }",
    "{ constant: '2024-02-29' }",
    "{ constant: 'true' }",
    "{ regex: { pattern: '[0-9]+', replacement: \"'#\" } }",
    "{ regex: { pattern: 'b[r-]', replacement: '', case: insensitive } }",
    "{ partial: { last: 4 } }",
    "{ partial: { first: 1, fill: ż } }",
    "{ round: 1000 }",
    "{ round: 0.07 }",
    "{ truncate: quarter }",
    "{ truncate: hour }",
    "{ randomize: { domain: [ 'US', 'DE', \"it's\" ], rate: 0.3, by: { name: id } } }",
    "{ randomize: { domain: [ '7', '0', '1999' ], rate: 1, by: { any: [ { name: id }, { name: code } ] } } }",
    "{ randomize: { domain: [ 'true', 'false' ], rate: 0.5, by: { name: big } } }",
    "{ randomize: { domain: [ '2024-02-29', '1970-01-01' ], rate: 0.5, by: { name: uid } } }",
    "{ randomize: { noise: { stddev: 50 }, by: { name: id } } }",
    "{ randomize: { noise: { stddev: 3000, low: 0, high: 1000 }, by: { name: day } } }",
    "{ randomize: { noise: { stddev: 0.5 }, by: { tag: D.Event } } }",
    "{ randomize: { noise: { stddev: 400, low: '1990-01-01', high: '2030-01-01' }, by: { name: id } } }",
    "{ k_anonymous: { k: 2 } }",
    "{ k_anonymous: { k: 3 } }",
    "{ custom: \"SUBSTRING(@column, 1, 2) || '…'\" }",
    "{ custom: 'CASE WHEN id > 3 THEN @column END' }",
    "{ custom: \"COALESCE(txt, @username, 'x')\" }",
];
const CUSTOM: [&str; 8] = [
    "{ custom: 'big' }",
    "{ custom: 'num' }",
    "{ custom: 'ts' }",
    "{ custom: 'day' }",
    "{ custom: \"CASE WHEN @isInGroups('hr') THEN txt ELSE code END\" }",
    "{ custom: 'LENGTH(txt)' }",
    "{ custom: \"DATE_TRUNC('month', tz)\" }",
    "{ custom: 'NOT flag' }",
];
const COLUMN_SETS: [&str; 12] = [
    "all",
    "{ tag: X }",
    "{ tag: X.Long }",
    "{ tag: N }",
    "{ tag: D }",
    "{ name: '^(txt|num|ts)$' }",
    "{ not: { tag: N } }",
    "{ tag: X.Long.Deep }",
    "{ any: [ { tag: N.Money }, { tag: D.Event } ] }",
    "{ any: [ { tag: X.Code }, { name: day } ] }",
    "{ all: [ { any_tag: true }, { tag: X.Account } ] }",
    "{ tag: U }",
];
const PREDICATES: [&str; 22] = [
    "id > 3",
    "txt = 'US'",
    "code <> 'US'",
    "num < 100 OR flag",
    "txt LIKE '%r%'",
    "NOT (small IN (7, -1))",
    "ts >= '2024-02-29'",
    "tz < TIMESTAMP '2024-03-01 00:00:00' AND day IS NOT NULL",
    "@attributeValuesContains('v', txt)",
    "NOT @groupsContains(code)",
    "@hasAttribute('v', 'DE') OR dbl > 0",
    "lower(code) = 'us' OR length(\"long \"\"t\"\"\") > 3",
    "@isInGroups('hr') AND flag",
    "COALESCE(txt, 'none') <> 'none'",
    "flag IS NOT TRUE",
    "CASE WHEN id > 4 THEN flag ELSE txt IS NULL END",
    "txt <> @username",
    "CASE WHEN @isInGroups('hr') THEN id > 3 ELSE id < 5 END",
    "(@isUsingPurpose('P') IS NOT TRUE) OR id = 1",
    "NOT (@attributeValuesContains('v', code) IS FALSE)",
    "@purposesContains(txt) OR COALESCE(@groupsContains(txt), TRUE)",
    "(@isInGroups('hr', 'it''s') = flag) OR id = 2",
];
const ROW_RULES: [&str; 11] = [
    "match: { attribute: v, column: { tag: N } }",
    "match: { attribute: v, column: { name: txt } }",
    "match: { attribute: v, column: { name: code } }",
    "match: { groups: true, column: { name: code } }",
    "match: { purposes: true, column: { name: txt } }",
    "match: { attribute: v, column: { tag: D } }",
    "newer_than: 20 years, column: { tag: D.Event }",
    "older_than: 3 months, column: { name: tz }",
    "lookup: { table: ref.desk, on: { k: { name: id } }, user: login }",
    "sample: 40, by: { name: id }",
    "sample: 75.5, by: { any: [ { name: code }, { name: uid } ] }",
];
const SCOPES: [&str; 8] = [
    "all",
    "all",
    "{ data_source: s }",
    "{ column_tag: X }",
    "{ all: [ { schema: 'r*' }, { not: { table: other } } ] }",
    "{ any: [ { source_tag: Nothing }, { column_name: '^txt$' } ] }",
    "chosen_by_owner",
    "{ source_tag: S }",
];

/// A stream of choices out of one number.
#[derive(Debug)]
pub struct Choice(u64);

impl Choice {
    /// Choices out of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
    /// One of a list.
    pub fn of(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }
    /// True one time in `n`.
    pub fn odds(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A name or value as a YAML double-quoted scalar.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A condition on users: a tree.
pub fn who(choice: &mut Choice, depth: usize) -> String {
    if depth == 0 || choice.odds(2) {
        return choice.of(&ATOMS).to_owned();
    }
    let parts = |choice: &mut Choice| {
        let parts: Vec<String> = (0..choice.below(4)).map(|_| who(choice, depth - 1)).collect();
        parts.join(", ")
    };
    match choice.below(3) {
        0 => format!("{{ not: {} }}", who(choice, depth - 1)),
        1 => format!("{{ all: [ {} ] }}", parts(choice)),
        _ => format!("{{ any: [ {} ] }}", parts(choice)),
    }
}

/// When a policy counts: now, in most cases.
fn valid(choice: &mut Choice) -> &'static str {
    match choice.below(8) {
        0 => "valid: { from: 2020-01-01T00:00:00Z, until: 2090-01-01T00:00:00Z }",
        1 => "valid: { from: 2090-01-01T00:00:00Z }",
        2 => "valid: { until: 2020-01-01T00:00:00Z }",
        _ => "valid: {}",
    }
}

/// A catalog as YAML, without its integration `w`: users `u1` to `u4`, the data source `s` over `raw.all_types`.
pub fn documents(choice: &mut Choice) -> String {
    documents_with(choice, 20)
}

/// As [`documents`]: with this many policies on the source, now and then.
pub fn documents_with(choice: &mut Choice, many: usize) -> String {
    let mut text = String::from(
        "{ kind: attribute, name: v }\n---\n{ kind: purpose, name: P }\n---\n{ kind: purpose, name: P.Q }\n---\n",
    );
    for group in GROUPS {
        let carried = if group == "it's" { ", attributes: { v: \"it's\" }" } else { "" };
        let _ = write!(text, "{{ kind: group, name: {}{carried} }}\n---\n", quoted(group));
    }
    for (project, purpose) in [("j", "P.Q"), ("k", "P")] {
        let (joins, equalized) = (choice.odds(2), choice.odds(2));
        let others =
            choice.of(&["", ", { user: u2, acknowledged: true }", ", { user: u2 }, { user: u4, acknowledged: [ P ] }"]);
        let others = if project == "k" { others } else { others.split(", { user: u4").next().unwrap() };
        let _ = write!(
            text,
            "{{ kind: project, name: {project}, purposes: [ {purpose} ], data_sources: [ s ], masked_joins: {joins}, equalized: {equalized}, \
             members: [ {{ user: u1, acknowledged: true }}, {{ user: u3 }}{others} ] }}\n---\n"
        );
    }
    for user in 1..=4 {
        let groups: Vec<String> = GROUPS.into_iter().filter(|_| choice.odds(2)).map(quoted).collect();
        let values: Vec<String> = [
            "DE",
            "7",
            "7.00",
            "'",
            "2024-02-29",
            "2024-02-29T07:05Z",
            "2023-02-30",
            "US",
            "1e3",
            "X.Long",
            "O'Brien \\ x",
        ]
        .into_iter()
        .filter(|_| choice.odds(3))
        .map(quoted)
        .collect();
        let project = match choice.below(4) {
            0 if user == 1 || user == 3 => ", current_project: j",
            1 if user == 1 || user == 3 => ", current_project: k",
            _ => "",
        };
        let disabled = choice.odds(8);
        let attributes =
            if values.is_empty() { String::new() } else { format!(", attributes: {{ v: [ {} ] }}", values.join(", ")) };
        let _ = write!(
            text,
            "{{ kind: user, name: u{user}, groups: [ {} ]{attributes}{project}, disabled: {disabled} }}\n---\n",
            groups.join(", ")
        );
    }
    for policy in 0..choice.below(4) {
        let _ = writeln!(text, "{}---", subscription(choice, &format!("a{policy}")));
    }
    let whom = choice.of(&["user: u1", "user: u2", "user: u3", "user: u4", "group: hr"]);
    let _ = write!(text, "{{ kind: grant, name: g, {whom}, data_source: s }}\n---\n");
    for user in [1, 2, 4] {
        let state = choice.of(&["active", "active", "active", "requested", "revoked"]);
        let by = choice.of(&["u4", "u4", "u1"]);
        let _ = write!(
            text,
            "{{ kind: subscription, name: c{user}, user: u{user}, data_source: s, state: {state}, \
             approvals: [ {{ as: OWNER, by: {by}, at: 2024-01-01T00:00:00Z }} ] }}\n---\n"
        );
    }
    let policies = if choice.odds(12) { many } else { 1 + choice.below(3) };
    for policy in 0..policies {
        text += &data_policy(choice, &format!("p{policy}"));
    }
    let chosen: Vec<String> = (0..policies)
        .filter(|at| text.contains(&format!("name: p{at}\nwhere: chosen_by_owner")))
        .filter(|_| choice.odds(2))
        .map(|at| format!("p{at}"))
        .collect();
    let out: Vec<String> = (0..policies)
        .filter(|at| {
            let policy = text.split(&format!("name: p{at}\n")).nth(1).unwrap().split("---").next().unwrap();
            policy.contains("owners_may_disable: true")
        })
        .filter(|_| choice.odds(3))
        .map(|at| format!("{{ name: p{at}, reason: because }}"))
        .collect();
    let _ = writeln!(
        text,
        "kind: data-source\nname: s\nintegration: w\ntable: raw.all_types\ntags: [ S, X.Long ]\nowners: [ u4 ]\npolicies: [ {} ]\nwithout_policies: [ {} ]\ncolumns:",
        chosen.join(", "),
        out.join(", ")
    );
    for (name, column_type, tag) in COLUMNS {
        let _ = writeln!(text, "  - {{ name: {}, type: '{column_type}', tags: [ {tag} ] }}", quoted(name));
    }
    text
}

/// A subscription policy on every source.
fn subscription(choice: &mut Choice, name: &str) -> String {
    let combine = choice.of(&["required", "shared"]);
    let guardrail = choice.odds(4);
    let action = choice.odds(5);
    let access = match choice.below(7) {
        0 | 1 => choice.of(&["anyone", "individuals"]).to_owned(),
        6 => "{ approval: [ OWNER ] }".to_owned(),
        2 => format!(
            "{{ conditions: {} }}",
            choice.of(&[
                "{ tag_as_attribute: { attribute: v, on: column, match: any } }",
                "{ tag_as_attribute: { attribute: v, on: source, match: every } }",
                "{ not: { tag_as_group: { on: column, match: any } } }",
                "{ tag_as_group: { on: source, match: any } }",
            ])
        ),
        _ => format!("{{ conditions: {} }}", who(choice, 2)),
    };
    let valid = valid(choice);
    format!(
        "{{ kind: subscription-policy, name: {name}, where: all, access: {access}, combine: {combine}, guardrail: {guardrail}, requires_action: {action}, {valid} }}\n"
    )
}

/// A data policy with one to three rules.
pub fn data_policy(choice: &mut Choice, name: &str) -> String {
    let (scope, valid) = (choice.of(&SCOPES), valid(choice));
    let (yields, revealable, disable) = (choice.odds(3), choice.odds(2), choice.odds(4));
    let priority = choice.below(3);
    let mut text = format!(
        "kind: data-policy\nname: {name}\nwhere: {scope}\n{valid}\nyields: {yields}\nrevealable: {revealable}\nowners_may_disable: {disable}\npriority: {priority}\nrules:\n"
    );
    for _ in 0..1 + choice.below(3) {
        text += &rule(choice);
    }
    text + "---\n"
}

/// One rule of a data policy.
pub fn rule(choice: &mut Choice) -> String {
    match choice.below(12) {
        0..=7 => mask_rule(choice),
        8 if choice.odds(2) => {
            format!("  - reveal: {{ columns: {} }}\n    for: {}\n", choice.of(&COLUMN_SETS), who(choice, 2))
        }
        _ => row_rule(choice),
    }
}

/// A mask; in most cases one that fits the columns.
fn mask(choice: &mut Choice, columns: &str) -> &'static str {
    let fitting = |word: &str| match columns {
        columns if columns.starts_with("{ tag: X") => {
            ["hash", "reversible", "format", "regex", "partial", "so", "'US'", "SUBSTRING", "COALESCE", "k_anon"]
                .iter()
                .any(|fits| word.contains(fits))
        }
        columns if columns.starts_with("{ tag: N") => [
            "round",
            "format_preserving",
            "'7'",
            "'1999'",
            "noise: { stddev: 50",
            "noise: { stddev: 3000",
            "k_anon",
            "@column END",
        ]
        .iter()
        .any(|fits| word.contains(fits) && !word.contains("check")),
        columns if columns.starts_with("{ tag: D") => {
            ["truncate", "2024-02-29", "stddev: 0.5", "stddev: 400", "k_anon", "@column END"]
                .iter()
                .any(|fits| word.contains(fits))
        }
        _ => true,
    };
    if choice.odds(6) {
        return choice.of(&CUSTOM);
    }
    let masks: Vec<&'static str> = MASKS.into_iter().filter(|mask| fitting(mask)).collect();
    if choice.odds(5) { choice.of(&MASKS) } else { choice.of(&masks) }
}

/// A mask rule.
pub fn mask_rule(choice: &mut Choice) -> String {
    let columns = choice.of(&COLUMN_SETS);
    let mask = |choice: &mut Choice| mask(choice, columns);
    let when = if choice.odds(3) { format!(", when: {:?}", choice.of(&PREDICATES)) } else { String::new() };
    let one = mask(choice);
    match choice.below(4) {
        0 => format!("  - mask: {{ columns: {columns}, with: {one}{when} }}\n"),
        1 => format!("  - mask: {{ columns: {columns}, with: {one}{when} }}\n    except: {}\n", who(choice, 2)),
        2 => {
            let (who, other) = (who(choice, 2), if choice.odds(3) { "clear" } else { mask(choice) });
            format!("  - mask: {{ columns: {columns}, with: {one}{when} }}\n    for: {who}\n    otherwise: {other}\n")
        }
        _ => {
            let (first, second, other) = (who(choice, 2), who(choice, 2), mask(choice));
            format!(
                "  - mask: {{ columns: {columns}, cases: [ {{ for: {first}, with: clear }}, {{ for: {second}, with: {one} }} ], otherwise: {other}{when} }}\n"
            )
        }
    }
}

/// A row rule, or a purpose rule.
pub fn row_rule(choice: &mut Choice) -> String {
    let row = |choice: &mut Choice| {
        if choice.odds(2) { format!("filter: {:?}", choice.of(&PREDICATES)) } else { choice.of(&ROW_RULES).to_owned() }
    };
    let one = row(choice);
    match choice.below(6) {
        0 => format!("  - rows: {{ {one} }}\n"),
        1 => format!("  - rows: {{ {one} }}\n    except: {}\n", who(choice, 2)),
        2 => format!("  - rows: never\n    for: {}\n", who(choice, 2)),
        3 => {
            let (who, other) = (who(choice, 2), row(choice));
            format!("  - rows: {{ {one} }}\n    for: {who}\n    otherwise: {{ {other} }}\n")
        }
        4 => {
            let (first, second) = (who(choice, 2), who(choice, 2));
            format!(
                "  - rows:\n      cases: [ {{ for: {first}, all_rows: true }}, {{ for: {second}, {one} }} ]\n      otherwise: {}\n",
                choice.of(&["never", "all_rows"])
            )
        }
        _ => format!("  - purpose: {{ any: [ P, P.Q ] }}\n    except: {}\n", who(choice, 2)),
    }
}

/// The rows as the evaluator reads them.
pub fn rows() -> Vec<Row> {
    let row = |texts: &[Option<&str>; 16]| {
        let cell = |((name, column_type, _), text): (&(&str, &str, &str), &Option<&str>)| {
            let column_type: ColumnType = column_type.parse().unwrap();
            let read =
                |text: &str| Value::printed(text, &column_type).or_else(|| Value::read(text, &column_type)).unwrap();
            (Name::new(*name).unwrap(), text.map_or(Value::Null, read))
        };
        COLUMNS.iter().zip(texts).map(cell).collect()
    };
    ROWS.iter().map(row).collect()
}
