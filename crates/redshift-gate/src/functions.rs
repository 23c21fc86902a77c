//! The closed list of functions, with the number of arguments where it is known.
//!
//! Source: Amazon Redshift Database Developer Guide, "SQL functions
//! reference" for the names, each function's page for its arguments, and
//! "Leader node-only functions" for those that fail beside a user table.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::grammar::Call;
use crate::refusal::Fault;

static ALLOWED: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/functions-allowed.txt").lines().collect());
static LEADER: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/functions-leader-only.txt").lines().collect());

/// Functions of PostgreSQL 8 that the guide does not list and that Amazon's own administration views call on the catalog.
const OF_CATALOG: &[&str] = &["array_to_string", "format_type", "pg_get_userbyid"];

/// Words of GROUP BY that a grammar reads as calls.
const GROUPING: &[&str] = &["grouping", "grouping_id", "rollup", "cube", "sets"];

const MANY: usize = usize::MAX;

/// Names with the least and the most arguments.
#[rustfmt::skip]
pub(crate) const ARITY: &[(&str, usize, usize)] = &[
    ("abs", 1, 1), ("add_months", 2, 2), ("ascii", 1, 1), ("avg", 1, 1), ("bool_and", 1, 1),
    ("bool_or", 1, 1), ("btrim", 1, 2), ("can_json_parse", 1, 1), ("cast", 1, 1), ("cbrt", 1, 1),
    ("ceil", 1, 1), ("ceiling", 1, 1), ("char_length", 1, 1), ("character_length", 1, 1),
    ("charindex", 2, 2), ("checksum", 1, 1), ("chr", 1, 1), ("coalesce", 1, MANY),
    ("concat", 2, 2), ("convert", 2, 2), ("convert_timezone", 2, 3), ("count", 1, 1),
    ("crc32", 1, 1), ("cume_dist", 0, 0), ("current_database", 0, 0), ("current_setting", 1, 2),
    ("date_part", 2, 2), ("date_part_year", 1, 1), ("date_trunc", 2, 2), ("dateadd", 3, 3),
    ("datediff", 3, 3), ("decode", 3, MANY), ("dense_rank", 0, 0), ("exp", 1, 1),
    ("extract", 1, 1), ("farmfingerprint64", 1, 1), ("first_value", 1, 1), ("floor", 1, 1),
    ("fnv_hash", 1, 2), ("from_hex", 1, 1), ("func_sha1", 1, 1), ("getdate", 0, 0),
    ("greatest", 1, MANY), ("initcap", 1, 1), ("is_valid_json", 1, 1),
    ("is_valid_json_array", 1, 1), ("json_array_length", 1, 2),
    ("json_extract_array_element_text", 2, 3), ("json_extract_path_text", 2, 7),
    ("json_parse", 1, 1), ("json_serialize", 1, 1), ("lag", 1, 2), ("last_day", 1, 1),
    ("last_value", 1, 1), ("lead", 1, 2), ("least", 1, MANY), ("left", 2, 2), ("len", 1, 1),
    ("length", 1, 1), ("listagg", 1, 2), ("ln", 1, 1), ("lower", 1, 1), ("lpad", 2, 3),
    ("ltrim", 1, 2), ("max", 1, 1), ("md5", 1, 1), ("median", 1, 1), ("min", 1, 1), ("mod", 2, 2),
    ("months_between", 2, 2), ("murmur3_32_hash", 1, 2), ("next_day", 2, 2), ("nth_value", 2, 2),
    ("ntile", 1, 1), ("nullif", 2, 2), ("nvl", 1, MANY), ("nvl2", 3, 3), ("octet_length", 1, 1),
    ("percent_rank", 0, 0), ("pi", 0, 0), ("position", 1, 1), ("power", 2, 2),
    ("quote_ident", 1, 1), ("quote_literal", 1, 1), ("random", 0, 0), ("rank", 0, 0),
    ("regexp_count", 2, 4), ("regexp_instr", 2, 6), ("regexp_replace", 2, 5),
    ("regexp_substr", 2, 6), ("repeat", 2, 2), ("replace", 3, 3), ("replicate", 2, 2),
    ("reverse", 1, 1), ("right", 2, 2), ("role_is_member_of", 2, 2), ("round", 1, 2),
    ("row_number", 0, 0), ("rpad", 2, 3), ("rtrim", 1, 2), ("set_config", 3, 3), ("sha", 1, 1),
    ("sha1", 1, 1), ("sha2", 2, 2), ("sign", 1, 1), ("split_part", 3, 3), ("sqrt", 1, 1),
    ("strpos", 2, 2), ("strtol", 2, 2), ("substr", 2, 3), ("substring", 1, 3), ("sum", 1, 1),
    ("textlen", 1, 1), ("timezone", 2, 2), ("to_char", 2, 2), ("to_date", 2, 3), ("to_hex", 1, 1),
    ("to_number", 2, 2), ("to_timestamp", 2, 3), ("to_varbyte", 2, 2), ("translate", 3, 3),
    ("trim", 1, 2), ("trunc", 1, 2), ("upper", 1, 1), ("user_is_member_of", 2, 2),
];

/// Refuses a call that Redshift would not resolve.
///
/// A name with a schema is a user-defined function and is taken as it is; so
/// is a plain name with the prefix `f_`, which the guide reserves for them
/// ("Naming UDFs").
///
/// `leader` where the statement runs on the leader node alone.
pub(crate) fn check(call: &Call, leader: bool) -> Result<(), Fault> {
    let name = call.name.replace(char::is_whitespace, "").to_ascii_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    if name.contains('.') || name.starts_with("f_") {
        return Ok(());
    }
    let name = name.trim_matches('"');
    if leader && of_leader(name) {
        return Ok(());
    }
    known(name)?;
    let given = call.arguments.len();
    let arity = ARITY.iter().find(|(known, _, _)| *known == name);
    if let Some((_, least, most)) = arity
        && !(*least..=*most).contains(&given)
    {
        return Err(Fault::new("function-arity", format!("{name} does not take {given} arguments")));
    }
    literals(name, &call.arguments)
}

/// Whether only the leader node has the function.
pub(crate) fn of_leader(name: &str) -> bool {
    LEADER.contains(name) || OF_CATALOG.contains(&name)
}

/// Refuses a built-in name that is not on the list.
pub(crate) fn known(name: &str) -> Result<(), Fault> {
    if LEADER.contains(name) {
        return Err(Fault::new(
            "leader-node-function",
            format!("{name} runs on the leader node only and fails beside a user table"),
        ));
    }
    if ALLOWED.contains(name) || GROUPING.contains(&name) {
        return Ok(());
    }
    Err(Fault::new("function", format!("{name} is not a function of Redshift")))
}

/// Arguments whose form the function's page fixes.
fn literals(name: &str, arguments: &[String]) -> Result<(), Fault> {
    let text = |at: usize| arguments.get(at).map(String::as_str).unwrap_or_default();
    if name == "sha2" && !["0", "224", "256", "384", "512"].contains(&text(1)) {
        return Err(Fault::new("function-argument", "the second argument of SHA2 is 0, 224, 256, 384 or 512"));
    }
    if name == "regexp_replace" && text(3).starts_with('\'') {
        return Err(Fault::new(
            "function-argument",
            "the fourth argument of REGEXP_REPLACE is a position; PostgreSQL's flags do not exist",
        ));
    }
    if name == "regexp_replace" && !text(1).starts_with('\'') {
        return Err(Fault::new("function-argument", "the pattern of REGEXP_REPLACE is a literal"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arity_is_that_of_an_allowed_function() {
        for (name, least, most) in ARITY {
            assert!(ALLOWED.contains(name), "{name}");
            assert!(least <= most, "{name}");
        }
    }

    #[test]
    fn no_function_is_both_allowed_and_leader_only() {
        assert_eq!(ALLOWED.intersection(&LEADER).count(), 0);
        assert!(ALLOWED.len() > 300);
    }
}
