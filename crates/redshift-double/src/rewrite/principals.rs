//! Users, roles, groups, databases and schemas, and what they are granted.

use super::text::Text;
use super::{settings, table};
use crate::answer::Answer;

/// `CREATE` of something else than a relation or a routine, from its kind.
pub(super) fn create(text: &mut Text<'_>, kind: usize, to: usize) {
    match text.lower(kind).as_str() {
        "user" => {
            text.users.insert(kind + 1);
            user(text, kind + 2, to);
        }
        "role" => text.remove(kind + 2, to),
        "group" => {
            // A role that nobody could log in as twice over: how groups are told from roles.
            text.replace(kind, kind + 1, "ROLE");
            text.append(kind + 1, " CONNECTION LIMIT 0");
            if text.word(kind + 2, "WITH") {
                text.remove(kind + 2, kind + 3);
            }
            group(text, kind + 2, to);
        }
        "database" => database(text, kind + 2, to),
        "schema" => {
            if let Some(at) = text.find(kind, to, |at| text.word(at, "AUTHORIZATION")) {
                text.users.insert(at + 1);
            }
            if let Some(at) = text.find(kind + 1, to, |at| text.word(at, "QUOTA")) {
                text.remove(at, to);
            }
        }
        _ => {}
    }
}

/// `ALTER` of the same.
pub(super) fn alter(text: &mut Text<'_>, kind: usize, to: usize) -> Result<(), Answer> {
    if let Some(at) = text.find(kind, to, |at| text.phrase(at, "OWNER TO")) {
        if text.word(kind, "ROLE") {
            return Err(Answer::not_imitated("the owner of a role"));
        }
        text.users.insert(at + 2);
    }
    match text.lower(kind).as_str() {
        "user" => {
            text.users.insert(kind + 1);
            if text.phrase(kind + 2, "RENAME TO") {
                text.users.insert(kind + 4);
            } else if text.any_word(kind + 2, &["SET", "RESET"]) && !text.phrase(kind + 2, "RESET SESSION") {
                settings::clause(text, kind + 3)?;
            } else {
                user(text, kind + 2, to);
            }
        }
        "role" if text.find(kind, to, |at| text.word(at, "EXTERNALID")).is_some() => text.remove(kind + 2, to),
        "group" => group(text, kind + 2, to),
        "table" => table::alter(text, kind + 1, to)?,
        _ => {}
    }
    Ok(())
}

/// `DROP`, from the kind of what is dropped.
pub(super) fn drop(text: &mut Text<'_>, kind: usize, to: usize) -> Result<(), Answer> {
    match text.lower(kind).as_str() {
        "user" => {
            let names = if text.phrase(kind + 1, "IF EXISTS") { kind + 3 } else { kind + 1 };
            text.users.extend(names..to);
        }
        "role" => text.remove(kind + 2, to),
        "database" if text.word(kind + 2, "FORCE") => text.replace(kind + 2, kind + 3, "WITH (FORCE)"),
        "schema" if text.find(kind, to, |at| text.phrase(at, "DROP EXTERNAL")).is_some() => {
            return Err(Answer::not_imitated("DROP EXTERNAL DATABASE"));
        }
        "rls" | "masking" => return Err(Answer::not_imitated("a policy of Redshift's own")),
        _ => {}
    }
    Ok(())
}

/// The clauses of `CREATE USER` and `ALTER USER`.
fn user(text: &mut Text<'_>, from: usize, to: usize) {
    let mut at = from;
    while at < to {
        let length = match text.lower(at).as_str() {
            "password" => {
                if text.word(at + 1, "DISABLE") {
                    text.replace(at + 1, at + 2, "NULL");
                }
                2
            }
            "createuser" => {
                text.replace(at, at + 1, "SUPERUSER");
                1
            }
            "nocreateuser" => {
                text.replace(at, at + 1, "NOSUPERUSER");
                1
            }
            "syslog" | "session" => {
                text.remove(at, at + 3);
                3
            }
            "reset" => {
                text.remove(at, at + 3);
                3
            }
            "externalid" => {
                text.remove(at, at + 2);
                2
            }
            "connection" => {
                if text.word(at + 2, "UNLIMITED") {
                    text.replace(at + 2, at + 3, "-1");
                }
                3
            }
            _ => 1,
        };
        at += length;
    }
}

/// The users of a group.
fn group(text: &mut Text<'_>, from: usize, to: usize) {
    if let Some(at) = text.find(from, to, |at| text.word(at, "USER")) {
        text.users.extend(at + 1..to);
    }
}

fn database(text: &mut Text<'_>, from: usize, to: usize) {
    for at in from..to {
        match text.lower(at).as_str() {
            "owner" => {
                text.users.extend([at + 1, at + 2]);
            }
            "unlimited" => text.replace(at, at + 1, "-1"),
            "collate" => text.remove(at, at + 2),
            "isolation" => text.remove(at, at + 3),
            _ => {}
        }
    }
}

/// `GRANT`, `REVOKE` and `ALTER DEFAULT PRIVILEGES`.
pub(super) fn grant(text: &mut Text<'_>, from: usize, to: usize) -> Result<(), Answer> {
    if text.find(from, to, |at| text.any_word(at, &["RLS", "MASKING"])).is_some() {
        return Err(Answer::not_imitated("a policy of Redshift's own"));
    }
    let scoped = ["FOR TABLES", "FOR SCHEMAS", "FOR FUNCTIONS", "FOR PROCEDURES", "FOR LANGUAGES"];
    if text.find(from, to, |at| scoped.iter().any(|words| text.phrase(at, words))).is_some() {
        return Err(Answer::not_imitated("a grant on what a schema or a database will hold"));
    }
    let defaults = text.word(from, "ALTER");
    if defaults && let Some(at) = text.find(from, to, |at| text.phrase(at, "FOR USER")) {
        let end = text.find(at, to, |at| text.any_word(at, &["IN", "GRANT", "REVOKE"])).unwrap_or(to);
        text.users.extend(at + 2..end);
    }
    if defaults && let Some(at) = text.find(from, to, |at| text.phrase(at, "ON PROCEDURES")) {
        text.replace(at + 1, at + 2, "FUNCTIONS");
    }
    let revokes = text.find(from, to, |at| text.word(at, "REVOKE")).is_some();
    let preposition = if revokes { "FROM" } else { "TO" };
    let Some(grantees) = text.find(from, to, |at| text.word(at, preposition) && !named(text, at)) else {
        return Ok(());
    };
    for at in from..to {
        if text.word(at, "ROLE") && !named(text, at) {
            text.remove(at, at + 1);
        }
    }
    for (start, _) in text.items(grantees + 1, to) {
        if !text.any_word(start, &["ROLE", "GROUP"]) {
            text.users.insert(start);
        }
    }
    Ok(())
}

/// Whether the word is part of a dotted name.
fn named(text: &Text<'_>, at: usize) -> bool {
    text.symbol(at + 1, ".") || text.before(at).is_some_and(|before| before.is_symbol("."))
}
