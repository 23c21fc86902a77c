//! Every form that a policy may have, with what it is called.

use serde_json::Value;

use super::shape::Shape::{Flag, Lines, Many, Map, Name, Number, One, Pairs, Text, True, Truth, Word};
use super::shape::{Shape, begin, form, kept, may, need, word};
use crate::pages::policies::kind::PolicyKind;

/// What a policy of a kind may be.
pub(super) fn of(kind: PolicyKind) -> &'static Shape {
    match kind {
        PolicyKind::DataPolicy => &DATA_POLICY,
        PolicyKind::SubscriptionPolicy => &SUBSCRIPTION_POLICY,
    }
}

static DATA_POLICY: Shape = Map(&[
    need("name", "Name", &Text, ""),
    may("description", "Description", &Text, "for people"),
    need("where", "Where it applies", &WHERE, "which data sources it covers"),
    need("rules", "Rules", &Many(&RULE, "rule"), "independent of each other: every one counts"),
    may("priority", "Priority", &Number, "higher goes first among equal masks"),
    may("yields", "A deeper tag's mask may stand in for these", &Flag, ""),
    may("revealable", "Reveal rules may lift these masks", &Flag, ""),
    may("owners_may_disable", "Owners may switch it off for their data source", &Flag, ""),
    may("valid", "In force", &VALID, "it begins and ends by itself"),
]);

static SUBSCRIPTION_POLICY: Shape = Map(&[
    need("name", "Name", &Text, ""),
    may("description", "Description", &Text, "for people"),
    need("where", "Where it applies", &WHERE, "which data sources it covers"),
    need("access", "Who may read", &ACCESS, ""),
    may(
        "combine",
        "With other policies",
        &Word(&[("", "it must be met"), ("shared", "one of all shared ones must be met")]),
        "",
    ),
    may("guardrail", "Guardrail: it never gives access, and nothing overrides it", &Flag, ""),
    may("discoverable", "Others may know that the data sources are there, and ask", &Flag, ""),
    may("requires_action", "People must subscribe themselves", &Flag, ""),
    may("owners_may_disable", "Owners may switch it off for their data source", &Flag, ""),
    may("valid", "In force", &VALID, "it begins and ends by itself"),
]);

static TAG: Shape = Name("tags");
static DATA_SOURCE: Shape = Name("data-sources");
static INTEGRATION: Shape = Name("integrations");
static GROUP: Shape = Name("groups");
static USER: Shape = Name("users");
static PURPOSE: Shape = Name("purposes");
static ATTRIBUTE: Shape = Name("attributes");

static VALID: Shape = Map(&[
    may("from", "From", &Text, "such as 2027-01-31T00:00:00Z"),
    may("until", "Until", &Text, "the moment itself is not inside"),
]);

static WHERE: Shape = One(&[
    form("column_tag", "a column is tagged", &[need("column_tag", "Tag", &TAG, "or one below it")]),
    form("source_tag", "the data source is tagged", &[need("source_tag", "Tag", &TAG, "or one below it")]),
    form("data_source", "one data source", &[need("data_source", "Data source", &DATA_SOURCE, "")]),
    word("all", "every data source"),
    word("chosen_by_owner", "its owner chose this policy"),
    form("schema", "the schema is named", &[need("schema", "Schema", &Text, "* stands for any characters")]),
    form("table", "the table is named", &[need("table", "Table", &Text, "* stands for any characters")]),
    form("database", "the database is named", &[need("database", "Database", &Text, "* stands for any characters")]),
    form(
        "integration",
        "the integration is named",
        &[need("integration", "Integration", &INTEGRATION, "* stands for any characters")],
    ),
    form(
        "column_name",
        "a column is named",
        &[need("column_name", "Regular expression", &Text, "found anywhere in the name")],
    ),
    form("created", "it was created", &[need("created", "Created", &VALID, "")]),
    form("any_tag", "it has any tag", &[need("any_tag", "Tagged", &Truth, "")]),
    form("no_tags", "it has no tags", &[need("no_tags", "Without tags", &Truth, "")]),
    form("all", "all of these hold", &[need("all", "All of", &Many(&WHERE, "condition"), "")]),
    form("any", "one of these holds", &[need("any", "Any of", &Many(&WHERE, "condition"), "")]),
    form("not", "this does not hold", &[need("not", "Not", &WHERE, "")]),
]);

static COLUMNS: Shape = One(&[
    form("tag", "tagged", &[need("tag", "Tag", &TAG, "or one below it")]),
    form("name", "named", &[need("name", "Name or regular expression", &Text, "")]),
    word("all", "every column"),
    form("any_tag", "with any tag", &[need("any_tag", "Tagged", &Truth, "")]),
    form("no_tags", "without tags", &[need("no_tags", "Without tags", &Truth, "")]),
    form("all", "all of these hold", &[need("all", "All of", &Many(&COLUMNS, "condition"), "")]),
    form("any", "one of these holds", &[need("any", "Any of", &Many(&COLUMNS, "condition"), "")]),
    form("not", "this does not hold", &[need("not", "Not", &COLUMNS, "")]),
]);

static WHO: Shape = One(&[
    form("group", "members of a group", &[need("group", "Group", &GROUP, "")]),
    form(
        "attribute",
        "who has an attribute",
        &[need("attribute", "Attributes", &Pairs(&ATTRIBUTE, &Text), "all of them")],
    ),
    form("purpose", "who acts for a purpose", &[need("purpose", "Purpose", &PURPOSE, "or one below it")]),
    form("user", "one user", &[need("user", "User", &USER, "")]),
    word("everyone", "everyone"),
    form("any", "one of these holds", &[need("any", "Any of", &Many(&WHO, "condition"), "")]),
    form("all", "all of these hold", &[need("all", "All of", &Many(&WHO, "condition"), "")]),
    form("not", "this does not hold", &[need("not", "Not", &WHO, "")]),
]);

static ACCESS: Shape = One(&[
    word("individuals", "people who were let in one by one"),
    word("anyone", "everybody"),
    form("conditions", "whoever meets conditions", &[need("conditions", "Conditions", &ACCESS_WHO, "")]),
    form(
        "approval",
        "whose request was approved",
        &[need("approval", "Approved by every one of", &Lines, "OWNER, GOVERNANCE or another permission, a line each")],
    ),
]);

static TAGS_ON: Shape = Word(&[("source", "of the data source"), ("column", "of its columns")]);
static TAG_MATCH: Shape = Word(&[("any", "one of the tags"), ("every", "every one of the tags")]);

static ACCESS_WHO: Shape = One(&[
    form("group", "members of a group", &[need("group", "Group", &GROUP, "")]),
    form(
        "attribute",
        "who has an attribute",
        &[need("attribute", "Attributes", &Pairs(&ATTRIBUTE, &Text), "all of them")],
    ),
    form("purpose", "who acts for a purpose", &[need("purpose", "Purpose", &PURPOSE, "or one below it")]),
    form("user", "one user", &[need("user", "User", &USER, "")]),
    word("everyone", "everyone"),
    form(
        "tag_as_attribute",
        "whose attribute is a tag",
        &[need(
            "tag_as_attribute",
            "Tag as attribute",
            &Map(&[
                need("attribute", "Attribute", &ATTRIBUTE, ""),
                need("on", "Tags", &TAGS_ON, ""),
                need("match", "Must be", &TAG_MATCH, ""),
            ]),
            "",
        )],
    ),
    form(
        "tag_as_group",
        "whose group is a tag",
        &[need(
            "tag_as_group",
            "Tag as group",
            &Map(&[need("on", "Tags", &TAGS_ON, ""), need("match", "Must be", &TAG_MATCH, "")]),
            "",
        )],
    ),
    form("any", "one of these holds", &[need("any", "Any of", &Many(&ACCESS_WHO, "condition"), "")]),
    form("all", "all of these hold", &[need("all", "All of", &Many(&ACCESS_WHO, "condition"), "")]),
    form("not", "this does not hold", &[need("not", "Not", &ACCESS_WHO, "")]),
]);

/// Whether a rule says by cases whom it covers: then it has neither `for` nor `except`, and `otherwise` stands with the cases.
fn by_case(rule: &Value) -> bool {
    ["mask", "rows"].iter().any(|body| rule.get(body).is_some_and(|body| body.get("cases").is_some()))
}

fn may_except(rule: &Value) -> bool {
    rule.get("for").is_none() && !by_case(rule)
}

fn may_be_for(rule: &Value) -> bool {
    rule.get("except").is_none() && !by_case(rule)
}

fn may_be_otherwise(rule: &Value) -> bool {
    rule.get("for").is_some() && !by_case(rule)
}

static RULE: Shape = One(&[
    form(
        "mask",
        "mask columns",
        &[
            need("mask", "Mask", &MASK_RULE, ""),
            may("except", "Except", &WHO, "whom it does not cover").only(may_except),
            may("for", "Only for", &WHO, "then say what holds otherwise").only(may_be_for),
            may("otherwise", "Otherwise", &MASK, "for those whom it is not for").only(may_be_otherwise),
            may("because", "Because", &Text, "why, for people"),
        ],
    ),
    form(
        "rows",
        "show only some rows",
        &[
            need("rows", "Rows", &ROWS, ""),
            may("except", "Except", &WHO, "whom it does not cover").only(may_except),
            may("for", "Only for", &WHO, "then say what holds otherwise, but beside no row at all").only(may_be_for),
            may("otherwise", "Otherwise", &OTHER_ROWS, "for those whom it is not for").only(may_be_otherwise),
            may("because", "Because", &Text, "why, for people"),
        ],
    ),
    form(
        "purpose",
        "show rows for a purpose only",
        &[
            need("purpose", "Purposes", &Map(&[need("any", "One of", &Lines, "a line each")]), ""),
            may("except", "Except", &WHO, "whom it does not cover"),
            may("because", "Because", &Text, "why, for people"),
        ],
    ),
    form(
        "reveal",
        "lift masks",
        &[
            need("reveal", "Reveal", &Map(&[need("columns", "Columns", &COLUMNS, "")]), ""),
            may("except", "Except", &WHO, "for whom it does not").only(may_except),
            may("for", "Only for", &WHO, "").only(may_be_for),
            may("because", "Because", &Text, "why, for people"),
        ],
    ),
]);

static MASK_RULE: Shape = One(&[
    form(
        "with",
        "one mask",
        &[
            need("columns", "Columns", &COLUMNS, ""),
            need("with", "With", &MASK, ""),
            may("when", "When", &Text, "an SQL predicate: cells are covered unless it is false"),
        ],
    ),
    form(
        "cases",
        "a mask by user",
        &[
            need("columns", "Columns", &COLUMNS, ""),
            need(
                "cases",
                "Cases",
                &Many(&Map(&[need("for", "For", &WHO, ""), need("with", "With", &MASK, "")]), "case"),
                "the first that fits counts",
            ),
            begin("otherwise", "Otherwise", &MASK, "where no case fits"),
            may("when", "When", &Text, "an SQL predicate: cells are covered unless it is false"),
        ],
    ),
]);

static MASK: Shape = One(&[
    word("nullify", "NULL"),
    word("hash", "a hash"),
    form("constant", "always the same value", &[need("constant", "Value", &Text, "")]),
    form(
        "partial",
        "the first or last characters",
        &[need(
            "partial",
            "Keep",
            &One(&[
                form(
                    "last",
                    "the last",
                    &[need("last", "Characters", &Number, ""), may("fill", "Filled with", &Text, "* otherwise")],
                ),
                form(
                    "first",
                    "the first",
                    &[need("first", "Characters", &Number, ""), may("fill", "Filled with", &Text, "* otherwise")],
                ),
            ]),
            "",
        )],
    ),
    form(
        "regex",
        "a pattern replaced",
        &[need(
            "regex",
            "Replace",
            &Map(&[
                need("pattern", "Pattern", &Text, "a regular expression"),
                need("replacement", "By", &Text, ""),
                may(
                    "case",
                    "Case",
                    &Word(&[("", "matters"), ("sensitive", "matters, said so"), ("insensitive", "does not matter")]),
                    "",
                ),
            ]),
            "",
        )],
    ),
    form("round", "rounded down", &[need("round", "To a multiple of", &Text, "")]),
    form(
        "truncate",
        "cut down to its",
        &[need(
            "truncate",
            "Start of the",
            &Word(&[("year", "year"), ("quarter", "quarter"), ("month", "month"), ("day", "day"), ("hour", "hour")]),
            "",
        )],
    ),
    word("reversible", "a token that can be resolved"),
    word("format_preserving", "another value of the same format"),
    form(
        "format_preserving",
        "the same format, with check digits",
        &[need(
            "format_preserving",
            "Format",
            &Map(&[need(
                "check",
                "Check digits",
                &Word(&[("luhn", "of cards (Luhn)"), ("iban", "of accounts (IBAN)")]),
                "",
            )]),
            "",
        )],
    ),
    form(
        "randomize",
        "a random value",
        &[need(
            "randomize",
            "Random",
            &One(&[
                form(
                    "domain",
                    "of some values",
                    &[
                        need("domain", "Values", &Lines, "a line each"),
                        need("rate", "How often", &Text, "above 0, at most 1"),
                        need("by", "Rows told apart by", &COLUMNS, "a column"),
                    ],
                ),
                form(
                    "noise",
                    "by noise",
                    &[
                        need(
                            "noise",
                            "Noise",
                            &Map(&[
                                need("stddev", "Standard deviation", &Text, "of days and times, in days"),
                                may("low", "Not below", &Text, ""),
                                may("high", "Not above", &Text, ""),
                            ]),
                            "",
                        ),
                        need("by", "Rows told apart by", &COLUMNS, "a column"),
                    ],
                ),
            ]),
            "",
        )],
    ),
    form(
        "k_anonymous",
        "NULL where too few share it",
        &[need("k_anonymous", "Shared", &Map(&[need("k", "By at least", &Number, "rows, 2 or more")]), "")],
    ),
    form("custom", "an expression", &[need("custom", "SQL", &Text, "@column is the value")]),
    word("clear", "the value itself"),
]);

static MATCH: Shape = One(&[
    form(
        "attribute",
        "the user's attribute",
        &[need("attribute", "Attribute", &ATTRIBUTE, ""), need("column", "Column", &COLUMNS, "")],
    ),
    form("groups", "the user's groups", &[need("groups", "Groups", &True, ""), need("column", "Column", &COLUMNS, "")]),
    form(
        "purposes",
        "the user's purposes",
        &[need("purposes", "Purposes", &True, ""), need("column", "Column", &COLUMNS, "")],
    ),
]);

static LOOKUP: Shape = Map(&[
    need("table", "Table", &Text, "schema.table"),
    need("on", "Its columns, and ours", &Pairs(&Text, &COLUMNS), ""),
    need("user", "Its column with the login", &Text, ""),
]);

/// The forms of a row rule with parameters, each with the same fields before its own, between those that stand before and after.
macro_rules! row_rules {
    ([$($first:expr),*] [$($before:expr),* $(,)?] [$($after:expr),* $(,)?]) => {
        One(&[
            $($before,)*
            form("match", "whose value is one of the user's", &[$($first,)* need("match", "Match", &MATCH, "")]),
            form("filter", "where a predicate is true", &[$($first,)* need("filter", "SQL", &Text, "")]),
            form("newer_than", "newer than", &[$($first,)* need("newer_than", "Age", &Text, "such as 90 days"), need("column", "Time in", &COLUMNS, "")]),
            form("older_than", "older than", &[$($first,)* need("older_than", "Age", &Text, "such as 2 years"), need("column", "Time in", &COLUMNS, "")]),
            form("sample", "a sample", &[$($first,)* need("sample", "Percent", &Text, ""), need("by", "By the column", &COLUMNS, "")]),
            form("lookup", "that stand beside the user in a table", &[$($first,)* need("lookup", "Look up", &LOOKUP, "")]),
            $($after,)*
        ])
    };
}

static ROW_CASE: Shape = row_rules!(
    [need("for", "For", &WHO, "")]
    []
    [
        form("never", "no row", &[need("for", "For", &WHO, ""), need("never", "No row", &True, "")]),
        form("all_rows", "every row", &[need("for", "For", &WHO, ""), need("all_rows", "Every row", &True, "")]),
    ]
);

/// Where a rule does not cover somebody.
static OTHER_ROWS: Shape = row_rules!(
    []
    [word("never", "no row"), word("all_rows", "every row")]
    [
        kept(form("never", "no row", &[need("never", "No row", &True, "")])),
        kept(form("all_rows", "every row", &[need("all_rows", "Every row", &True, "")])),
    ]
);

/// A rule that shows every row does nothing, and nobody is offered it.
static ROWS: Shape = row_rules!(
    []
    [word("never", "no row")]
    [
        form("cases", "by user", &[
            need("cases", "Cases", &Many(&ROW_CASE, "case"), "the first that fits counts"),
            begin("otherwise", "Otherwise", &OTHER_ROWS, "where no case fits"),
        ]),
        kept(form("never", "no row", &[need("never", "No row", &True, "")])),
        kept(word("all_rows", "every row")),
        kept(form("all_rows", "every row", &[need("all_rows", "Every row", &True, "")])),
    ]
);
