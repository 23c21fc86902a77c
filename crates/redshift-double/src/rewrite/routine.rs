//! Functions and procedures: their bodies are rewritten as the statements in them, and what a procedure puts together
//! and executes is asked for once it is known.

use scrim_redshift_gate::{Shape, tokens};

use super::text::Text;
use super::{Place, general, statement};
use crate::answer::Answer;
use crate::rewrite::Rewritten;

/// The function that asks the double for a text before it is executed.
const ASK: &str = "pg_catalog.redshift_double(";

/// `CREATE FUNCTION` or `CREATE PROCEDURE`, from that word.
pub(super) fn create(text: &mut Text<'_>, at: usize, to: usize) -> Result<(), Answer> {
    let procedure = text.word(at, "PROCEDURE");
    let open = text.name_end(at + 1);
    let close = text.closing(open).unwrap_or(open);
    if text.word(close + 1, "NONATOMIC") {
        text.remove(close + 1, close + 2);
    }
    for at in close..to {
        if text.is(at, Shape::Body)
            && let Some(token) = text.get(at)
        {
            let inner = body(token.inner(), procedure, text.place)?;
            let mark = token.text.len().saturating_sub(token.inner().len()) / 2;
            let mark = token.text.get(..mark).unwrap_or("$$");
            text.replace(at, at + 1, &format!("{mark}{}{mark}", inner.sql));
            text.absorb(inner);
        } else if text.is(at, Shape::Literal) && text.before(at).is_some_and(|before| before.is_word("AS")) {
            return Err(
                Answer::not_imitated("a body in single quotes").hint("Write it between dollar signs: AS $$ … $$.")
            );
        }
    }
    Ok(())
}

fn body(inner: &str, procedure: bool, place: &Place<'_>) -> Result<Rewritten, Answer> {
    let mut text = Text::new(inner, tokens(inner)?, place);
    if procedure {
        statements(&mut text)?;
    }
    general::rewrite(&mut text)?;
    Ok(text.finish())
}

fn statements(text: &mut Text<'_>) -> Result<(), Answer> {
    let mut starts = true;
    for at in 0..text.len() {
        if starts {
            let end = text.find(at, text.len(), |at| text.symbol(at, ";")).unwrap_or(text.len());
            // DECLARE is no statement, and in an expression behind THEN or ELSE these words cannot stand.
            if text.any_word(at, &["CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "SET", "RESET"]) {
                statement(text, at, end)?;
            }
        }
        let loops = at.checked_sub(1).is_some_and(|before| text.any_word(before, &["IN", "FOR"]));
        if text.word(at, "EXECUTE") && (starts || loops) {
            execute(text, at);
        }
        if text.phrase(at, "EXCEPTION WHEN OTHERS THEN") {
            thrown_again(text, at + 4);
        }
        starts = text.symbol(at, ";") || text.any_word(at, &["BEGIN", "THEN", "ELSE", "LOOP"]);
    }
    Ok(())
}

/// What a handler has caught is thrown again at its end.
fn thrown_again(text: &mut Text<'_>, from: usize) {
    let mut depth = 0_usize;
    let mut at = from;
    while at < text.len() {
        if text.word(at, "END") {
            if depth == 0 {
                return text.insert(at, "RAISE; ");
            }
            depth -= 1;
            // END IF, END LOOP, END CASE.
            at += usize::from(text.any_word(at + 1, &["IF", "LOOP", "CASE"]));
        } else if text.any_word(at, &["IF", "LOOP", "CASE", "BEGIN"]) {
            depth += 1;
        }
        at += 1;
    }
}

/// `EXECUTE text`, `EXECUTE text INTO variable`, `FOR row IN EXECUTE text LOOP`.
fn execute(text: &mut Text<'_>, at: usize) {
    let ends = |at: usize| text.symbol(at, ";") || text.any_word(at, &["INTO", "LOOP"]);
    let end = text.find(at + 1, text.len(), ends).unwrap_or(text.len());
    if end > at + 1 {
        text.insert(at + 1, ASK);
        text.append(end - 1, ")");
    }
}
