//! The opening of a session: what a client may ask for, and what the server then calls itself.

use std::collections::BTreeMap;

use pgwire::messages::startup::{ParameterStatus, Startup};

use crate::answer::Answer;
use crate::rewrite;

/// Parameters that Redshift's own drivers send and PostgreSQL does not know.
const DRIVERS: &[&str] = &[
    "driver_version",
    "os_version",
    "plugin_name",
    "client_protocol_version",
    "idp_type",
    "provider_name",
    "token_type",
    "identity_namespace",
];

/// Parameters that the server tells and Redshift's does not.
const UNTOLD: &[&str] =
    &["standard_conforming_strings", "IntervalStyle", "in_hot_standby", "default_transaction_read_only"];

/// The parameters of the opening as PostgreSQL is to get them.
pub(crate) fn check(startup: &Startup) -> Result<BTreeMap<String, String>, Answer> {
    let mut passed = BTreeMap::new();
    for (name, value) in &startup.parameters {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "user" | "database" => {
                passed.insert(name.clone(), value.clone());
            }
            "options" => {
                passed.insert(name.clone(), options(value)?);
            }
            known if DRIVERS.contains(&known) => {}
            _ => {
                passed.insert(parameter(&lower, value)?, value.clone());
            }
        }
    }
    Ok(passed)
}

/// The name of a parameter for PostgreSQL, its value checked.
fn parameter(name: &str, value: &str) -> Result<String, Answer> {
    let fatal = |answer: Answer| Answer { severity: "FATAL", ..answer };
    if name == "extra_float_digits"
        && let Ok(digits) = value.parse::<i32>()
        && !(-15..=2).contains(&digits)
    {
        return Err(fatal(rewrite::outside(digits)));
    }
    rewrite::local_name(name).map_err(fatal)
}

/// `-c name=value` and `--name=value`, and nothing else.
fn options(text: &str) -> Result<String, Answer> {
    let mut out = Vec::new();
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") => words.next().unwrap_or_default(),
            Some(setting) => setting.to_owned(),
            None => {
                return Err(Answer::fatal(
                    "42601",
                    format!("invalid command-line argument for server process: {word}"),
                ));
            }
        };
        let (name, value) = setting.split_once('=').unwrap_or((&setting, ""));
        let local = parameter(&name.replace('-', "_").to_ascii_lowercase(), value)?;
        let value = value.replace('\\', "\\\\").replace(' ', "\\ ");
        out.push(format!("-c {local}={value}"));
    }
    Ok(out.join(" "))
}

/// Words between blanks; a backslash before a blank makes it a part of the word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => words.last_mut().into_iter().for_each(|word| word.extend(chars.next())),
            c if c.is_whitespace() => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What the client is told of a parameter; nothing, should Redshift not tell it.
pub(crate) fn told(status: ParameterStatus) -> Option<ParameterStatus> {
    match status.name.as_str() {
        "server_version" => Some(ParameterStatus::new(status.name, "8.0.2".to_owned())),
        name if UNTOLD.contains(&name) || name.starts_with("redshift.") => None,
        _ => Some(status),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn options_are_made_of_what_redshift_knows() {
        assert_eq!(
            options("-c statement_timeout=5 --query-group=a\\ b").unwrap(),
            "-c statement_timeout=5 -c redshift.query_group=a\\ b"
        );
        assert!(options("-c lock_timeout=1").unwrap_err().message.contains("\"lock_timeout\""));
        assert!(options("-c extra_float_digits=3").is_err());
        assert!(options("-d 5").is_err());
    }
}
