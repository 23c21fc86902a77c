//! The words of a text, and those that are refused before anything is parsed.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::Refused;
use crate::check::DEPTH;

/// What stands for `@` before a name, so that the parser takes `@name(…)` for a function.
pub(crate) const PREFIX: &str = "__scrim_at_";
/// The longest text, in bytes.
const LENGTH: usize = 16 * 1024;
/// The most words and operators. Chains of operators make trees as deep as they are long, which are dropped
/// recursively; lists of literals do not count.
const WORDS: usize = 1500;

/// Reads the tokens of a text.
pub(crate) fn read(text: &str) -> Result<Vec<TokenWithSpan>, Refused> {
    screen(text)?;
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, text).with_unescape(false).tokenize_with_location();
    let tokens = tokens.map_err(|e| Refused::new(e.location, format!("the text cannot be read: {}", e.message)))?;
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let (mut open, mut words) = (0_usize, 0_usize);
    let mut rest = tokens.into_iter().peekable();
    let mut text_before = false;
    while let Some(mut token) = rest.next() {
        let at = token.span.start;
        let next = rest.peek().map(|next| &next.token);
        match &mut token.token {
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => {
                kept.push(token);
                continue;
            }
            Token::AtSign => {
                let Some(Token::Word(word)) = next else {
                    return Err(Refused::new(at, "`@` must stand directly before a name such as `@username`"));
                };
                if word.quote_style.is_some() {
                    return Err(Refused::new(at, "names after `@` are written without quotes"));
                }
                let mut word = word.clone();
                word.value.insert_str(0, PREFIX);
                word.keyword = Keyword::NoKeyword;
                rest.next();
                token.token = Token::Word(word);
            }
            Token::Word(word) => {
                if word.value.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX)) {
                    return Err(Refused::new(at, format!("names that start with `{PREFIX}` are reserved")));
                }
                if word.quote_style.is_some_and(|quote| quote != '"') {
                    return Err(Refused::new(at, "names are quoted with double quotes only"));
                }
                if matches!(next, Some(Token::SingleQuotedString(_))) {
                    let message = format!("`{}` stands directly before a text, as a prefix would", word.value);
                    return Err(Refused::new(at, message).help("put a blank between them"));
                }
            }
            Token::Number(..) if matches!(next, Some(Token::Word(_) | Token::Number(..))) => {
                return Err(Refused::new(at, "a number is followed directly by letters or another number"));
            }
            Token::SingleQuotedString(_) if text_before => {
                return Err(Refused::new(at, "two texts stand side by side").help("join texts with `||`"));
            }
            Token::LParen => {
                open += 1;
                if open > DEPTH {
                    return Err(Refused::new(at, format!("the expression is nested deeper than {DEPTH} levels")));
                }
            }
            Token::RParen => open = open.saturating_sub(1),
            Token::Number(..) | Token::SingleQuotedString(_) | Token::Comma => {}
            Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq | Token::StringConcat => {}
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::Period | Token::DoubleColon => {}
            other => return Err(refuse(other, at)),
        }
        if !matches!(token.token, Token::Number(..) | Token::SingleQuotedString(_) | Token::Comma) {
            words += 1;
            if words > WORDS {
                let refused = Refused::new(at, format!("the expression has more than {WORDS} words and operators"));
                return Err(refused.help("use IN lists, or a lookup table"));
            }
        }
        text_before = matches!(token.token, Token::SingleQuotedString(_));
        kept.push(token);
    }
    Ok(kept)
}

/// What is wrong with a text as a whole.
fn screen(text: &str) -> Result<(), Refused> {
    if text.len() > LENGTH {
        let message = format!("the expression is longer than {} KiB", LENGTH / 1024);
        return Err(Refused::new(Location::new(1, 1), message).help("keep long lists in a lookup table"));
    }
    if text.trim().is_empty() {
        return Err(Refused::new(Location::new(1, 1), "the expression is empty"));
    }
    let mut at = Location::new(1, 1);
    for c in text.chars() {
        match c {
            '\\' => {
                let refused = Refused::new(at, "backslashes are not allowed, not even inside texts");
                return Err(refused.help("warehouses read them differently; compare with a lookup table instead"));
            }
            '\0' => return Err(Refused::new(at, "the text contains a NUL character")),
            '\n' => at = Location::new(at.line + 1, 1),
            '\t' | '\r' => at.column += 1,
            // A terminal or an editor would show a reviewer another text than the one that is enforced.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                return Err(Refused::new(at, "characters that turn the direction of a text are not allowed"));
            }
            c if c.is_control() => return Err(Refused::new(at, "control characters are not allowed")),
            _ => at.column += 1,
        }
    }
    Ok(())
}

/// The reason for which a token is refused.
fn refuse(token: &Token, at: Location) -> Refused {
    let shown = token.to_string();
    match token {
        Token::Whitespace(_) => Refused::new(at, "comments are not allowed").help("put the reason into `because`"),
        Token::SemiColon => Refused::new(at, "`;` is not allowed: a predicate is one expression"),
        Token::DollarQuotedString(_) => Refused::new(at, "dollar-quoted texts are not allowed").help("write '…'"),
        Token::Placeholder(_) | Token::Colon => Refused::new(at, format!("parameters are not allowed: `{shown}`")),
        Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_) => {
            let message = "texts with a prefix (E'', U&'', N'', B'', X'') and hexadecimal numbers are not allowed";
            Refused::new(at, message).help("write '…'")
        }
        Token::LBracket | Token::RBracket => Refused::new(at, "arrays and subscripts are not allowed"),
        Token::LBrace | Token::RBrace => Refused::new(at, "braces are not allowed"),
        Token::DoubleEq => Refused::new(at, "`==` is not an operator").help("write `=`"),
        Token::RArrow | Token::Assignment => Refused::new(at, "named arguments are not allowed"),
        Token::Tilde
        | Token::TildeAsterisk
        | Token::ExclamationMarkTilde
        | Token::ExclamationMarkTildeAsterisk
        | Token::DoubleTilde
        | Token::DoubleTildeAsterisk
        | Token::ExclamationMarkDoubleTilde
        | Token::ExclamationMarkDoubleTildeAsterisk => {
            Refused::new(at, format!("the pattern operator `{shown}` is not allowed")).help("write LIKE")
        }
        Token::CustomBinaryOperator(_) => Refused::new(at, format!("the operator `{shown}` is not allowed"))
            .help("if these are two signs, put a blank between them"),
        _ => Refused::new(at, format!("`{shown}` is not allowed")),
    }
}
