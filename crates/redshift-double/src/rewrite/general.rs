//! What is rewritten wherever it stands: functions, names, literals that are too long.

use scrim_redshift_gate::Shape;

use super::text::{Text, literal};
use super::{folding, names, settings};
use crate::answer::Answer;

/// The most bytes of a literal, which is a VARCHAR.
const LONGEST_LITERAL: usize = 65_535;

/// The most arguments of a routine.
const MOST_ARGUMENTS: usize = 32;

/// Functions whose first argument is the name of a part of a date.
const DATEPART: &[&str] = &["dateadd", "datediff", "date_part"];

pub(super) fn rewrite(text: &mut Text<'_>) -> Result<(), Answer> {
    names::rewrite(text)?;
    for at in 0..text.len() {
        if text.is_gone(at) {
            continue;
        }
        match text.get(at).map(|token| token.shape) {
            Some(Shape::Quoted) => folding::fold(text, at),
            Some(Shape::Literal) => long(text, at)?,
            Some(Shape::Word) => word(text, at)?,
            _ => {}
        }
    }
    Ok(())
}

fn long(text: &Text<'_>, at: usize) -> Result<(), Answer> {
    let bytes = text.get(at).map_or(0, |token| {
        let mut bytes = token.inner().bytes().peekable();
        let mut length = 0_usize;
        while let Some(byte) = bytes.next() {
            // An escape or a doubled quote is one character.
            if byte == b'\\' || (byte == b'\'' && bytes.peek() == Some(&b'\'')) {
                bytes.next();
            }
            length += 1;
        }
        length
    });
    if bytes <= LONGEST_LITERAL {
        return Ok(());
    }
    Err(Answer::new("22001", format!("Value too long for character type: a literal has {bytes} bytes"))
        .detail(format!("A literal in Redshift holds at most {LONGEST_LITERAL} bytes.")))
}

fn word(text: &mut Text<'_>, at: usize) -> Result<(), Answer> {
    let lower = text.lower(at);
    let opens = text.symbol(at + 1, "(");
    let dotted = text.before(at).is_some_and(|before| before.is_symbol("."));
    let builtin = !dotted || at.checked_sub(2).is_some_and(|at| text.word(at, "pg_catalog"));
    let called = text.before(at).is_some_and(|before| before.is_word("CALL"));
    if opens && (called || (dotted && !builtin)) {
        return arguments(text, at);
    }
    if !builtin || text.symbol(at + 1, ".") {
        return Ok(());
    }
    let start = if dotted { at.saturating_sub(2) } else { at };
    match lower.as_str() {
        "sysdate" if !opens => text.replace(start, at + 1, "pg_catalog.sysdate()"),
        "current_user_id" if !opens => text.replace(start, at + 1, "pg_catalog.current_user_id()"),
        "nvl" if opens => text.replace(start, at + 1, "COALESCE"),
        "concat" if opens => text.replace(start, at + 1, "pg_catalog.redshift_concat"),
        "listagg" if opens => within_group(text, at),
        "nvarchar" if opens => text.replace(at, at + 1, "VARCHAR"),
        "current_setting" | "set_config" if opens && text.is(at + 2, Shape::Literal) => {
            if let Some(token) = text.get(at + 2) {
                let name = settings::local_name(&token.inner().to_ascii_lowercase())?;
                text.replace(at + 2, at + 3, &literal(&name));
            }
        }
        "max" if text.before(at).is_some_and(|before| before.is_symbol("(")) && !opens && text.symbol(at + 1, ")") => {
            let typed = at.checked_sub(2).is_some_and(|at| text.any_word(at, &["VARCHAR", "NVARCHAR", "VARYING"]));
            if typed {
                text.replace(at, at + 1, "65535");
            }
        }
        name if opens && DATEPART.contains(&name) && text.is(at + 2, Shape::Word) && text.symbol(at + 3, ",") => {
            let part = text.lower(at + 2);
            text.replace(at + 2, at + 3, &literal(&part));
        }
        _ => {}
    }
    Ok(())
}

/// `LISTAGG(x, ',') WITHIN GROUP (ORDER BY y)` is an aggregate over ordered rows.
fn within_group(text: &mut Text<'_>, at: usize) {
    if let Some(close) = text.closing(at + 1)
        && text.phrase(close + 1, "WITHIN GROUP")
    {
        text.replace(close, close + 4, " ");
    }
}

/// A call of somebody's routine, as opposed to a table with its columns.
fn arguments(text: &Text<'_>, at: usize) -> Result<(), Answer> {
    let mut start = at;
    while start >= 2 && text.symbol(start - 1, ".") && text.is_name(start - 2) {
        start -= 2;
    }
    let before = start.checked_sub(1);
    let table = before.is_some_and(|at| text.any_word(at, &["INTO", "TABLE", "VIEW", "EXISTS", "ON", "JOIN"]));
    let count = text.closing(at + 1).map_or(0, |close| text.items(at + 2, close).len());
    if table || count <= MOST_ARGUMENTS {
        return Ok(());
    }
    Err(Answer::new("54023", format!("cannot pass more than {MOST_ARGUMENTS} arguments to a function or a procedure")))
}
