//! Random catalogs over one table of every type, out of one number, so that a failure can be had again.

use std::fmt::Write as _;

use scrim_catalog::{ColumnType, Name};
use scrim_policy::Value;
use scrim_policy::evaluate::Row;

/// The columns of the table: name, type, tag.
pub const COLUMNS: [(&str, &str, &str); 12] = [
    ("id", "integer", "N"),
    ("small", "smallint", "N"),
    ("big", "bigint", "N"),
    ("num", "numeric(12,2)", "N.Money"),
    ("dbl", "double precision", "N"),
    ("flag", "boolean", "B"),
    ("code", "char(4)", "X.Code"),
    ("txt", "varchar(20)", "X"),
    ("long \"t\"", "text", "X.Long.Deep"),
    ("day", "date", "D"),
    ("ts", "timestamp", "D.Event"),
    ("tz", "timestamptz", "D"),
];

/// Rows as text, in the order of the columns; none is NULL.
pub const ROWS: [[Option<&str>; 12]; 7] = [
    [
        Some("1"),
        Some("7"),
        Some("7"),
        Some("7.00"),
        Some("7.5"),
        Some("true"),
        Some("US"),
        Some("US"),
        Some("O'Brien \\ x"),
        Some("2024-02-29"),
        Some("2024-02-29 07:05:00"),
        Some("2024-02-29 07:05:00"),
    ],
    [
        Some("2"),
        Some("-32768"),
        Some("-9223372036854775808"),
        Some("-9999999999.99"),
        Some("-1234.25"),
        Some("false"),
        Some("DE"),
        Some("DE"),
        Some("1234-5678-9012"),
        Some("2001-01-01"),
        Some("2001-12-31 23:59:59.999999"),
        Some("2001-12-31 23:59:59.5"),
    ],
    [Some("3"), None, None, None, None, None, None, None, None, None, None, None],
    [
        Some("4"),
        Some("0"),
        Some("0"),
        Some("0.00"),
        Some("0"),
        Some("true"),
        Some(""),
        Some(""),
        Some(""),
        Some("9999-12-31"),
        Some("2100-01-01 00:00:00"),
        Some("2100-01-01 00:00:00"),
    ],
    [
        Some("5"),
        Some("1999"),
        Some("1999"),
        Some("1999.99"),
        Some("0.1"),
        Some("false"),
        Some("hr"),
        Some("hr"),
        Some("Łódź żółć 日本"),
        Some("1970-01-01"),
        Some("1970-01-01 00:00:00"),
        Some("1970-01-01 00:00:00"),
    ],
    [
        Some("6"),
        Some("32767"),
        Some("9223372036854775807"),
        Some("9999999999.99"),
        Some("1000000000000000000"),
        Some("true"),
        Some("a\"b"),
        Some("trailing  "),
        Some("line\nbreak 42"),
        Some("0001-01-01"),
        Some("2024-02-29 00:00:00"),
        Some("2024-02-29 00:00:00"),
    ],
    [
        Some("7"),
        Some("-1"),
        Some("-1"),
        Some("-0.01"),
        Some("-0.01"),
        None,
        Some("it's"),
        Some("it's"),
        Some("x"),
        Some("2024-02-28"),
        Some("2024-06-15 12:30:00"),
        Some("2024-06-15 12:30:00"),
    ],
];

/// Conditions on users.
pub const WHO: [&str; 9] = [
    "{ group: hr }",
    "{ not: { group: hr } }",
    "{ any: [ { group: \"it's\" }, { attribute: { v: DE } } ] }",
    "{ all: [ { group: hr }, { attribute: { v: '7' } } ] }",
    "{ purpose: P }",
    "{ not: { any: [ { user: u1 }, { purpose: P.Q } ] } }",
    "everyone",
    "{ user: u2 }",
    "{ not: { all: [] } }",
];
const MASKS: [&str; 14] = [
    "nullify",
    "hash",
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
];
const COLUMN_SETS: [&str; 9] = [
    "all",
    "{ tag: X }",
    "{ tag: X.Long }",
    "{ tag: N }",
    "{ tag: D }",
    "{ name: '^(txt|num|ts)$' }",
    "{ not: { tag: N } }",
    "{ tag: X.Long.Deep }",
    "{ any: [ { tag: N.Money }, { tag: D.Event } ] }",
];
const PREDICATES: [&str; 16] = [
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
];
const ROW_RULES: [&str; 8] = [
    "{ match: { attribute: v, column: { tag: N } } }",
    "{ match: { attribute: v, column: { name: txt } } }",
    "{ match: { attribute: v, column: { name: code } } }",
    "{ match: { groups: true, column: { name: code } } }",
    "{ match: { attribute: v, column: { tag: D } } }",
    "{ newer_than: 20 years, column: { tag: D.Event } }",
    "{ older_than: 3 months, column: { name: tz } }",
    "{ lookup: { table: ref.desk, on: { k: { name: id } }, user: login } }",
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
    pub fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
    /// True one time in `n`.
    pub fn odds(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A catalog as YAML, without its integration `w`: users `u1` to `u4`, the data source `s` over `raw.all_types`.
pub fn documents(choice: &mut Choice) -> String {
    let mut text = String::from(
        "{ kind: group, name: hr }\n---\n\
         { kind: group, name: \"it's\", attributes: { v: \"it's\" } }\n---\n{ kind: purpose, name: P }\n---\n{ kind: purpose, name: P.Q }\n---\n\
         { kind: attribute, name: v }\n---\n{ kind: project, name: j, purposes: [ P.Q ], data_sources: [ s ], members: [ { user: u1, acknowledged: true }, { user: u3 } ] }\n---\n",
    );
    for user in 1..=4 {
        let groups: Vec<&str> = ["hr", "\"it's\""].into_iter().filter(|_| choice.odds(2)).collect();
        let values: Vec<&str> =
            ["DE", "'7'", "'7.00'", "''''", "'2024-02-29'", "'2024-02-29T07:05Z'", "'2023-02-30'", "US", "'1e3'"]
                .into_iter()
                .filter(|_| choice.odds(3))
                .collect();
        let project = if (user == 1 || user == 3) && choice.odds(2) { ", current_project: j" } else { "" };
        let disabled = choice.odds(8);
        let attributes =
            if values.is_empty() { String::new() } else { format!(", attributes: {{ v: [ {} ] }}", values.join(", ")) };
        let _ = write!(
            text,
            "{{ kind: user, name: u{user}, groups: [ {} ]{attributes}{project}, disabled: {disabled} }}\n---\n",
            groups.join(", ")
        );
    }
    for policy in 0..choice.below(3) {
        let combine = choice.of(&["required", "shared"]);
        let guardrail = choice.odds(4);
        let access = if choice.odds(3) {
            choice.of(&["anyone", "individuals"]).to_owned()
        } else {
            format!("{{ conditions: {} }}", choice.of(&WHO))
        };
        let _ = write!(
            text,
            "{{ kind: subscription-policy, name: a{policy}, where: all, access: {access}, combine: {combine}, guardrail: {guardrail} }}\n---\n"
        );
    }
    let _ = write!(text, "{{ kind: grant, name: g, user: u{}, data_source: s }}\n---\n", 1 + choice.below(4));
    for policy in 0..1 + choice.below(3) {
        let _ = write!(text, "kind: data-policy\nname: p{policy}\nwhere: all\nyields: {}\nrules:\n", choice.odds(3));
        for _ in 0..1 + choice.below(3) {
            text += &rule(choice);
        }
        text += "---\n";
    }
    text += "kind: data-source\nname: s\nintegration: w\ntable: raw.all_types\nowners: [ u4 ]\ncolumns:\n";
    for (name, column_type, tag) in COLUMNS {
        let _ = writeln!(text, "  - {{ name: '{name}', type: '{column_type}', tags: [ {tag} ] }}");
    }
    text
}

/// One rule of a data policy.
pub fn rule(choice: &mut Choice) -> String {
    if choice.below(10) < 7 {
        let (columns, mask) = (choice.of(&COLUMN_SETS), choice.of(&MASKS));
        let when = if choice.odds(3) { format!(", when: {:?}", choice.of(&PREDICATES)) } else { String::new() };
        return match choice.below(4) {
            0 => format!("  - mask: {{ columns: {columns}, with: {mask}{when} }}\n"),
            1 => format!("  - mask: {{ columns: {columns}, with: {mask}{when} }}\n    except: {}\n", choice.of(&WHO)),
            2 => format!(
                "  - mask: {{ columns: {columns}, with: {mask}{when} }}\n    for: {}\n    otherwise: {}\n",
                choice.of(&WHO),
                choice.of(&["clear", "hash", "{ round: 10 }"])
            ),
            _ => format!(
                "  - mask: {{ columns: {columns}, cases: [ {{ for: {}, with: clear }}, {{ for: {}, with: {mask} }} ], otherwise: {}{when} }}\n",
                choice.of(&WHO),
                choice.of(&WHO),
                choice.of(&MASKS)
            ),
        };
    }
    let row = if choice.odds(2) {
        format!("{{ filter: {:?} }}", choice.of(&PREDICATES))
    } else {
        choice.of(&ROW_RULES).to_owned()
    };
    match choice.below(4) {
        0 => format!("  - rows: {row}\n"),
        1 => format!("  - rows: {row}\n    except: {}\n", choice.of(&WHO)),
        2 => format!("  - rows: never\n    for: {}\n", choice.of(&WHO)),
        _ => format!("  - purpose: P\n    except: {}\n", choice.of(&WHO)),
    }
}

/// The rows as the evaluator reads them.
pub fn rows() -> Vec<Row> {
    let row = |texts: &[Option<&str>; 12]| {
        let cell = |((name, column_type, _), text): (&(&str, &str, &str), &Option<&str>)| {
            let column_type: ColumnType = column_type.parse().unwrap();
            (Name::new(*name).unwrap(), text.map_or(Value::Null, |text| Value::read(text, &column_type).unwrap()))
        };
        COLUMNS.iter().zip(texts).map(cell).collect()
    };
    ROWS.iter().map(row).collect()
}
