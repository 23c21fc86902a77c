//! Parameters of a session: those that only Redshift has are kept beside PostgreSQL's, where transactions undo them
//! as they should; those that only PostgreSQL has are unknown.

use scrim_redshift_gate::Shape;

use super::text::{Text, ident, literal};
use crate::answer::Answer;

/// What both have.
const SHARED: &[&str] = &[
    "application_name",
    "client_encoding",
    "datestyle",
    "extra_float_digits",
    "search_path",
    "statement_timeout",
    "timezone",
];

/// A parameter that only Redshift has ("Configuration reference"), with its value at first.
type RedshiftParameter = (&'static str, &'static str);

const REDSHIFT: &[RedshiftParameter] = &[
    ("analyze_threshold_percent", "10"),
    ("cast_super_null_on_error", "on"),
    ("datashare_break_glass_session_var", ""),
    ("default_geometry_encoding", "1"),
    ("describe_field_name_in_uppercase", "off"),
    ("downcase_delimited_identifier", "on"),
    ("enable_case_sensitive_identifier", "off"),
    ("enable_case_sensitive_super_attribute", "off"),
    ("enable_numeric_rounding", "on"),
    ("enable_result_cache_for_session", "on"),
    ("enable_vacuum_boost", "off"),
    ("error_on_nondeterministic_update", "off"),
    ("interval_forbid_composite_literals", "off"),
    ("json_parse_dedup_attributes", "off"),
    ("json_serialization_enable", "off"),
    ("json_serialization_parse_nested_strings", "off"),
    ("max_concurrency_scaling_clusters", "1"),
    ("max_cursor_result_set_size", "0"),
    ("mv_enable_aqmv_for_session", "on"),
    ("navigate_super_null_on_error", "on"),
    ("parse_super_null_on_error", "off"),
    ("pg_federation_repeatable_read", "on"),
    ("query_group", "default"),
    ("spectrum_enable_pseudo_columns", "on"),
    ("enable_spectrum_oid", "on"),
    ("spectrum_query_maxerror", "0"),
    ("stored_proc_log_min_messages", "info"),
    ("use_fips_ssl", "off"),
    ("wlm_query_slot_count", "1"),
];

/// The one that changes how names are read.
const CASE: &str = "enable_case_sensitive_identifier";

/// All parameters that only Redshift has, by the names under which PostgreSQL keeps them.
pub(crate) fn redshift_parameters() -> impl Iterator<Item = (String, String)> {
    REDSHIFT.iter().map(|(name, value)| (format!("redshift.{name}"), (*value).to_owned()))
}

/// The name under which PostgreSQL knows a parameter of Redshift.
pub(crate) fn local_name(name: &str) -> Result<String, Answer> {
    if SHARED.contains(&name) {
        return Ok(name.to_owned());
    }
    if REDSHIFT.iter().any(|(known, _)| *known == name) {
        return Ok(format!("redshift.{name}"));
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> Answer {
    Answer::new("42704", format!("unrecognized configuration parameter \"{name}\""))
}

/// Puts the local name in the place of the one at `at`.
pub(super) fn clause(text: &mut Text<'_>, at: usize) -> Result<String, Answer> {
    let end = text.name_end(at);
    let name = (at..end).step_by(2).map(|at| text.name(at)).collect::<Vec<_>>().join(".");
    let local = local_name(&name)?;
    if local != name {
        text.replace(at, end, &local);
    }
    Ok(name)
}

/// `SET`.
pub(super) fn set(text: &mut Text<'_>, from: usize, to: usize) -> Result<(), Answer> {
    let at = if text.any_word(from + 1, &["SESSION", "LOCAL"]) && !text.phrase(from + 1, "SESSION AUTHORIZATION") {
        from + 2
    } else {
        from + 1
    };
    if text.phrase(at, "SESSION AUTHORIZATION") {
        text.users.insert(at + 2);
        return Ok(());
    }
    let name = clause(text, at)?;
    let value = text.name_end(at) + 1;
    let word = value_of(text, value);
    if name == "extra_float_digits" {
        float_digits(text, value)?;
    }
    if let Some((_, first)) = REDSHIFT.iter().find(|(known, _)| *known == name)
        && ["on", "off"].contains(first)
    {
        let given = match word.as_str() {
            "on" | "true" | "1" | "yes" => "on",
            "off" | "false" | "0" | "no" => "off",
            "default" => first,
            _ => {
                let message = format!("parameter \"{name}\" requires a Boolean value");
                return Err(Answer::new("22023", message));
            }
        };
        if word != "default" {
            text.replace(value, to, given);
        }
        if name == CASE {
            text.found.case_sensitive = Some(given == "on");
        }
    }
    Ok(())
}

fn value_of(text: &Text<'_>, at: usize) -> String {
    let inner = |at| text.get(at).map(|token| token.inner().to_ascii_lowercase()).unwrap_or_default();
    if text.symbol(at, "-") { format!("-{}", inner(at + 1)) } else { inner(at) }
}

fn float_digits(text: &Text<'_>, at: usize) -> Result<(), Answer> {
    let value = value_of(text, at);
    match value.parse::<i32>() {
        Ok(digits) if !(-15..=2).contains(&digits) => Err(outside(digits)),
        _ => Ok(()),
    }
}

/// What Redshift says of a number of digits that newer drivers ask for.
pub(crate) fn outside(digits: i32) -> Answer {
    let message = format!("{digits} is outside the valid range for parameter \"extra_float_digits\" (-15 .. 2)");
    Answer::new("22023", message)
}

/// `RESET`.
pub(super) fn reset(text: &mut Text<'_>, from: usize) -> Result<(), Answer> {
    if text.word(from + 1, "ALL") {
        text.found.case_sensitive = Some(false);
        return Ok(());
    }
    if text.phrase(from + 1, "SESSION AUTHORIZATION") {
        return Ok(());
    }
    if clause(text, from + 1)? == CASE {
        text.found.case_sensitive = Some(false);
    }
    Ok(())
}

/// `SHOW` of a parameter; the rest of what it shows is not imitated.
pub(super) fn show(text: &mut Text<'_>, from: usize, to: usize) -> Result<(), Answer> {
    if to != from + 2 || text.word(from + 1, "ALL") || !text.is_name(from + 1) {
        return Err(Answer::not_imitated("this form of SHOW"));
    }
    let name = text.name(from + 1);
    let local = match name.as_str() {
        "session_authorization" | "is_superuser" | "server_encoding" | "transaction_isolation" => return Ok(()),
        "server_version" => {
            text.replace(from, to, "SELECT CAST('8.0.2' AS VARCHAR) AS server_version");
            return Ok(());
        }
        _ => local_name(&name)?,
    };
    if local != name || text.is(from + 1, Shape::Quoted) {
        let sql = format!("SELECT pg_catalog.current_setting({})::VARCHAR AS {}", literal(&local), ident(&name));
        text.replace(from, to, &sql);
    }
    Ok(())
}
