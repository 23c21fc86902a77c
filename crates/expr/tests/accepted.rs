//! What is read, and how.

#[cfg(test)]
mod reading;

use std::collections::BTreeSet;

use reading::read;
use scrim_catalog::{ColumnType, Name};
use scrim_expr::{Expr, Fact, Family, Set};

/// A short form of a tree, for the tables below.
fn show(expr: &Expr) -> String {
    let all = |parts: &[Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    let not = |negated: &bool| if *negated { "not-" } else { "" };
    match expr {
        Expr::Column { name, .. } => name.to_string(),
        Expr::Text(text) => format!("{text:?}"),
        Expr::Number(number) => number.to_string(),
        Expr::Boolean(truth) => truth.to_string(),
        Expr::Null(family) => format!("null:{family:?}"),
        Expr::Date(day) => day.to_string(),
        Expr::Timestamp(moment) => moment.format("%FT%T").to_string(),
        Expr::Not(inner) => format!("(not {})", show(inner)),
        Expr::And(parts) => format!("(and {})", all(parts)),
        Expr::Or(parts) => format!("(or {})", all(parts)),
        Expr::Compare(comparison, left, right) => format!("({comparison:?} {} {})", show(left), show(right)),
        Expr::IsNull { expr, negated } => format!("({}null {})", not(negated), show(expr)),
        Expr::IsTruth { expr, truth, negated } => format!("({}is-{truth} {})", not(negated), show(expr)),
        Expr::In { expr, list, negated } => format!("({}in {} [{}])", not(negated), show(expr), all(list)),
        Expr::Like { expr, pattern, negated } => format!("({}like {} {pattern:?})", not(negated), show(expr)),
        Expr::Case { branches, otherwise } => {
            let branches: Vec<String> = branches.iter().map(|(w, t)| format!("{}: {}", show(w), show(t))).collect();
            format!("(case {} else {})", branches.join(", "), otherwise.as_deref().map_or("-".to_owned(), show))
        }
        Expr::Coalesce(parts) => format!("(coalesce {})", all(parts)),
        Expr::Call(function, parts) => format!("({function:?} {})", all(parts)).replace(" )", ")"),
        Expr::Fact(Fact::HasAttribute { key, value }) => format!("(has {key} {value})"),
        Expr::Fact(Fact::IsInGroups(groups)) => format!("(groups {})", groups.join(" ")),
        Expr::Fact(Fact::IsUsingPurpose(purpose)) => format!("(purpose {purpose})"),
        Expr::Contains(Set::Attribute(key), inner) => format!("(values-of {key} {})", show(inner)),
        Expr::Contains(set, inner) => format!("({set:?} {})", show(inner)),
        Expr::Username => "@username".to_owned(),
    }
}

const ACCEPTED: &[(&str, &str)] = &[
    ("active", "active"),
    ("TRUE", "true"),
    ("not active", "(not active)"),
    ("n = 1", "(Equal n 1)"),
    ("N <> -1.50", "(NotEqual n -1.50)"),
    ("n != .5", "(NotEqual n 0.5)"),
    ("n = -1::bigint", "(Equal n -1)"),
    ("n=-1", "(Equal n -1)"),
    ("1 < n", "(Less 1 n)"),
    ("n >= 1 and n <= 2 and active", "(and (GreaterOrEqual n 1) (LessOrEqual n 2) active)"),
    ("active or n = 1 and name = 'x'", "(or active (and (Equal n 1) (Equal name \"x\")))"),
    ("(active or n = 1) and name = 'x'", "(and (or active (Equal n 1)) (Equal name \"x\"))"),
    ("not n = 1 and active", "(and (not (Equal n 1)) active)"),
    ("not name like 'x%'", "(not (like name \"x%\"))"),
    ("not active is null", "(not (null active))"),
    ("n = 1 is true", "(is-true (Equal n 1))"),
    ("n = id is null", "(null (Equal n id))"),
    ("active is not false", "(not-is-false active)"),
    ("active is unknown", "(null active)"),
    ("active is not unknown", "(not-null active)"),
    ("active = true", "(Equal active true)"),
    ("active = 'f'", "(Equal active false)"),
    ("active = (n = 1)", "(Equal active (Equal n 1))"),
    ("name = 'it''s'", "(Equal name \"it's\")"),
    ("name = ''", "(Equal name \"\")"),
    ("name = ''''", "(Equal name \"'\")"),
    ("name = ' -- /* ; $$ @username '", "(Equal name \" -- /* ; $$ @username \")"),
    ("name = 'a\"b'", "(Equal name \"a\\\"b\")"),
    ("name='x'or active", "(or (Equal name \"x\") active)"),
    ("n = '5'", "(Equal n 5)"),
    ("'5' < n", "(Less 5 n)"),
    ("name = '5'", "(Equal name \"5\")"),
    ("name = 'x'::varchar(3)", "(Equal name \"x\")"),
    ("n = cast('5' as integer)", "(Equal n 5)"),
    ("n = numeric '5.0'", "(Equal n 5.0)"),
    ("amount = 1.20::numeric(3,1)", "(Equal amount 1.20)"),
    ("born = '2024-01-31'", "(Equal born 2024-01-31)"),
    ("born < date '2024-01-31'", "(Less born 2024-01-31)"),
    ("born < '2024-01-31'::date", "(Less born 2024-01-31)"),
    ("born < timestamp '2024-01-31 10:00'", "(Less born 2024-01-31T10:00:00)"),
    ("seen >= '2024-01-31'", "(GreaterOrEqual seen 2024-01-31T00:00:00)"),
    ("seen >= date '2024-01-31'", "(GreaterOrEqual seen 2024-01-31)"),
    ("seen >= '2024-01-31T10:00:01Z'", "(GreaterOrEqual seen 2024-01-31T10:00:01)"),
    ("at >= '2024-01-31 10:00:00+02'", "(GreaterOrEqual at 2024-01-31T08:00:00)"),
    ("at >= timestamptz '2024-01-31 10:00:00+02:00'", "(GreaterOrEqual at 2024-01-31T08:00:00)"),
    ("at >= timestamp with time zone '2024-01-31'", "(GreaterOrEqual at 2024-01-31T00:00:00)"),
    ("seen > born", "(Greater seen born)"),
    ("born < current_date", "(Less born (CurrentDate))"),
    ("doc is null", "(null doc)"),
    ("(doc) is not null", "(not-null doc)"),
    ("@columnTagged('doc') is null", "(null doc)"),
    ("n in (1, -2, '3')", "(in n [1 -2 3])"),
    ("n not in (1)", "(not-in n [1])"),
    ("name in ('a', email, lower(code))", "(in name [\"a\" email (Lower code)])"),
    ("seen in ('2024-01-31', date '2024-02-01')", "(in seen [2024-01-31T00:00:00 2024-02-01])"),
    ("n between 1 and 5", "(and (GreaterOrEqual n 1) (LessOrEqual n 5))"),
    ("n not between 1 and 5 and active", "(and (not (and (GreaterOrEqual n 1) (LessOrEqual n 5))) active)"),
    (
        "'2024-01-31' between born and seen",
        "(and (GreaterOrEqual 2024-01-31 born) (LessOrEqual 2024-01-31T00:00:00 seen))",
    ),
    ("name like 'a%_'", "(like name \"a%_\")"),
    ("lower(name) not like 'a''%'", "(not-like (Lower name) \"a'%\")"),
    ("name || '-' || code = 'x'", "(Equal (Concat name \"-\" code) \"x\")"),
    ("case when active then n else 0 end > 1", "(Greater (case active: n else 0) 1)"),
    (
        "case n when 1 then 'a' when 2 then null end = 'a'",
        "(Equal (case (Equal n 1): \"a\", (Equal n 2): null:Text else -) \"a\")",
    ),
    (
        "case when active then null else seen end > '2024-01-01'",
        "(Greater (case active: null:Timestamp else seen) 2024-01-01T00:00:00)",
    ),
    ("case when active then '5' else n end = 5", "(Equal (case active: 5 else n) 5)"),
    ("case when active then true end", "(case active: true else -)"),
    ("coalesce(active, false)", "(coalesce active false)"),
    ("coalesce(null, name, 'x') = 'y'", "(Equal (coalesce null:Text name \"x\") \"y\")"),
    ("coalesce(seen, date '2024-01-01') > born", "(Greater (coalesce seen 2024-01-01T00:00:00) born)"),
    ("coalesce(null::boolean, active)", "(coalesce null:Boolean active)"),
    ("nullif(n, '0') > 1", "(Greater (NullIf n 0) 1)"),
    ("UPPER(name) = 'X'", "(Equal (Upper name) \"X\")"),
    ("length(name) > 3", "(Greater (Length name) 3)"),
    ("char_length(name) > 3", "(Greater (Length name) 3)"),
    ("trim(name) = 'x'", "(Equal (Trim name) \"x\")"),
    ("rtrim(name) = 'x'", "(Equal (RTrim name) \"x\")"),
    ("substring(name, 1, 2) = 'x'", "(Equal (Substring name 1 2) \"x\")"),
    ("substring(name from 2 for 3) = 'x'", "(Equal (Substring name 2 3) \"x\")"),
    ("substr(name, 2) = 'x'", "(Equal (Substring name 2) \"x\")"),
    ("left(name, 2) = right(name, 2.0)", "(Equal (Left name 2) (Right name 2))"),
    ("position('a' in name) = strpos(name, 'a')", "(Equal (Position name \"a\") (Position name \"a\"))"),
    ("name = email || code and active", "(and (Equal name (Concat email code)) active)"),
    ("name || code like 'x%'", "(like (Concat name code) \"x%\")"),
    ("active = n between 1 and 2", "(Equal active (and (GreaterOrEqual n 1) (LessOrEqual n 2)))"),
    ("name notnull", "(not-null name)"),
    ("name=@username", "(Equal name @username)"),
    ("not n in (1) or not not active", "(or (not (in n [1])) (not (not active)))"),
    ("replace(name, 'a', '') = 'x'", "(Equal (Replace name \"a\" \"\") \"x\")"),
    ("date_trunc('Month', seen) = '2024-01-01'", "(Equal (DateTrunc(Month) seen) 2024-01-01T00:00:00)"),
    ("date_trunc('day', at) = '2024-01-01 00:00+00'", "(Equal (DateTrunc(Day) at) 2024-01-01T00:00:00)"),
    ("extract(year from born) = 2024", "(Equal (ExtractYear born) 2024)"),
    ("EXTRACT(month FROM seen) in (1, 2)", "(in (ExtractMonth seen) [1 2])"),
    ("name = @username", "(Equal name @username)"),
    ("@USERNAME = name", "(Equal @username name)"),
    ("@columnTagged('pii.email') = @username", "(Equal email @username)"),
    ("@columnReference('Mixed') = 'x'", "(Equal Mixed \"x\")"),
    ("\"Mixed\" = 'x'", "(Equal Mixed \"x\")"),
    ("\"we\"\"ird\" = 'x'", "(Equal we\"ird \"x\")"),
    ("\"user\" = 'x'", "(Equal user \"x\")"),
    ("café = 'x'", "(Equal café \"x\")"),
    ("@hasAttribute('region', 'EU')", "(has region EU)"),
    ("not @isInGroups('hr', 'it''s')", "(not (groups hr it's))"),
    ("@isUsingPurpose('billing.invoices')", "(purpose billing.invoices)"),
    ("@attributeValuesContains('region', upper(code))", "(values-of region (Upper code))"),
    ("@groupsContains(name) or @purposesContains('x')", "(or (Groups name) (Purposes \"x\"))"),
    ("case when @isInGroups('hr') then true else n = 1 end", "(case (groups hr): true else (Equal n 1))"),
];

#[test]
fn accepted_texts_have_these_trees() {
    let mut wrong = Vec::new();
    for (text, tree) in ACCEPTED {
        match read(text) {
            Ok(read) if show(&read) == *tree => assert_eq!(read.family(), Family::Boolean),
            Ok(read) => wrong.push(format!("{text}\n    wanted {tree}\n    got    {}", show(&read))),
            Err(refused) => wrong.push(format!("{text}\n    was refused: {refused:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn columns_and_facts_are_found() {
    let read = read("n in (1) and (@isInGroups('hr') or name || code = 'x') and not @isInGroups('hr')").unwrap();
    let names = |list: &[&str]| list.iter().map(|n| Name::new(*n).unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(read.columns(), names(&["n", "name", "code"]));
    assert_eq!(read.facts(), [&Fact::IsInGroups(vec![Name::new("hr").unwrap()])]);
}

#[test]
fn columns_carry_their_types() {
    let Expr::Compare(_, left, _) = read("code = 'x'").unwrap() else { panic!() };
    assert_eq!(*left, Expr::Column { name: Name::new("code").unwrap(), column_type: ColumnType::Char(3) });
}
