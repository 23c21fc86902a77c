//! The closed list of functions.

use bigdecimal::BigDecimal;
use sqlparser::ast::{self, DateTimeField, FunctionArg, FunctionArgExpr, FunctionArguments};
use sqlparser::tokenizer::Location;

use crate::check::{At, Checker};
use crate::lists::comparable;
use crate::place::{first, place};
use crate::suggest::{listed, nearest};
use crate::tokens::PREFIX;
use crate::{DateUnit, Expr, Function, Refused};

type Checked = Result<Expr, Refused>;

/// The names that may be written.
const ALLOWED: [&str; 21] = [
    "lower",
    "upper",
    "length",
    "char_length",
    "character_length",
    "trim",
    "btrim",
    "ltrim",
    "rtrim",
    "substring",
    "substr",
    "left",
    "right",
    "position",
    "strpos",
    "replace",
    "coalesce",
    "nullif",
    "date_trunc",
    "extract",
    "current_date",
];
/// The largest count of characters that can be written: what the widest text has on Redshift.
const MOST: u32 = 65_535;

impl Checker<'_, '_> {
    pub(crate) fn function(&mut self, function: &ast::Function, at: At) -> Checked {
        let ident = match first(&function.name) {
            Some(ident) if function.name.0.len() == 1 => ident,
            _ => {
                let written = function.name.to_string().replace(PREFIX, "@");
                let message = format!("functions are named without a schema: `{written}`");
                return Err(Refused::new(at.place, message));
            }
        };
        if ident.quote_style.is_some() {
            return Err(Refused::new(at.place, "names of functions are written without quotes"));
        }
        let name = ident.value.to_ascii_lowercase();
        let at_name = ident.value.strip_prefix(PREFIX);
        if at_name.is_none() && !ALLOWED.contains(&name.as_str()) {
            return Err(unknown(&name, at.place));
        }
        if name == "current_date" {
            return match &function.args {
                FunctionArguments::None => Ok(Expr::Call(Function::CurrentDate, vec![])),
                _ => Err(Refused::new(at.place, "CURRENT_DATE is written without parentheses")),
            };
        }
        let arguments = arguments(function, at.place)?;
        if let Some(at_name) = at_name {
            return self.at_function(at_name, &arguments, at);
        }
        match (name.as_str(), arguments.as_slice()) {
            ("lower", [text]) => self.of_text(Function::Lower, text, at),
            ("upper", [text]) => self.of_text(Function::Upper, text, at),
            ("length" | "char_length" | "character_length", [text]) => self.of_text(Function::Length, text, at),
            ("trim" | "btrim", [text]) => self.of_text(Function::Trim, text, at),
            ("ltrim", [text]) => self.of_text(Function::LTrim, text, at),
            ("rtrim", [text]) => self.of_text(Function::RTrim, text, at),
            ("left", [text, n]) => self.of_text_and_count(Function::Left, text, n, at),
            ("right", [text, n]) => self.of_text_and_count(Function::Right, text, n, at),
            ("strpos", [haystack, needle]) => {
                Ok(Expr::Call(Function::Position, vec![self.text(haystack, at)?, self.text(needle, at)?]))
            }
            ("replace", [text, from, to]) => {
                let arguments = vec![self.text(text, at)?, self.text(from, at)?, self.text(to, at)?];
                if lengthens(&arguments) && arguments.iter().any(lengthens_inside) {
                    let message = "a REPLACE that lengthens a text inside another is not allowed: each multiplies it";
                    return Err(Refused::new(at.place, message).help("replace by what is not longer"));
                }
                Ok(Expr::Call(Function::Replace, arguments))
            }
            ("coalesce", parts) => self.coalesce(parts, at),
            ("nullif", [left, right]) => {
                let (left, right) = comparable(self.value(left, at)?, self.value(right, at)?, at.place)?;
                Ok(Expr::Call(Function::NullIf, vec![left, right]))
            }
            ("date_trunc", [unit, time]) => {
                let unit = self.unit(unit, at)?;
                Ok(Expr::Call(Function::DateTrunc(unit), vec![self.time(time, at)?]))
            }
            _ => Err(Refused::new(at.place, format!("`{name}` does not take these arguments"))),
        }
    }

    fn of_text(&mut self, function: Function, text: &ast::Expr, at: At) -> Checked {
        Ok(Expr::Call(function, vec![self.text(text, at)?]))
    }

    fn of_text_and_count(&mut self, function: Function, text: &ast::Expr, count: &ast::Expr, at: At) -> Checked {
        Ok(Expr::Call(function, vec![self.text(text, at)?, self.count(count, 0, at)?]))
    }

    pub(crate) fn substring(
        &mut self,
        text: &ast::Expr,
        from: Option<&ast::Expr>,
        length: Option<&ast::Expr>,
        at: At,
    ) -> Checked {
        let Some(from) = from else {
            return Err(Refused::new(at.place, "SUBSTRING needs a start").help("write SUBSTRING(text, 1, 5)"));
        };
        let mut arguments = vec![self.text(text, at)?, self.count(from, 1, at)?];
        if let Some(length) = length {
            arguments.push(self.count(length, 0, at)?);
        }
        Ok(Expr::Call(Function::Substring, arguments))
    }

    pub(crate) fn extract(&mut self, field: &DateTimeField, time: &ast::Expr, at: At) -> Checked {
        let function = match field {
            DateTimeField::Year => Function::ExtractYear,
            DateTimeField::Month => Function::ExtractMonth,
            DateTimeField::Day => Function::ExtractDay,
            _ => return Err(Refused::new(at.place, "EXTRACT takes YEAR, MONTH or DAY")),
        };
        Ok(Expr::Call(function, vec![self.time(time, at)?]))
    }

    /// A literal count of characters, which no warehouse can refuse.
    fn count(&mut self, tree: &ast::Expr, least: u32, at: At) -> Checked {
        let place = place(tree).unwrap_or(at.place);
        match self.value(tree, at)? {
            Expr::Number(number)
                if number.is_integer() && (BigDecimal::from(least)..=BigDecimal::from(MOST)).contains(&number) =>
            {
                Ok(Expr::Number(number.with_scale(0)))
            }
            _ => Err(Refused::new(place, format!("a number from {least} to {MOST}, written out, is needed here"))),
        }
    }

    fn unit(&mut self, tree: &ast::Expr, at: At) -> Result<DateUnit, Refused> {
        let place = place(tree).unwrap_or(at.place);
        let unit = match self.value(tree, at)? {
            Expr::Text(unit) => unit.to_ascii_lowercase(),
            _ => String::new(),
        };
        Ok(match unit.as_str() {
            "year" => DateUnit::Year,
            "quarter" => DateUnit::Quarter,
            "month" => DateUnit::Month,
            "week" => DateUnit::Week,
            "day" => DateUnit::Day,
            "hour" => DateUnit::Hour,
            _ => {
                let message = "DATE_TRUNC takes 'year', 'quarter', 'month', 'week', 'day' or 'hour', in quotes";
                return Err(Refused::new(place, message));
            }
        })
    }
}

/// Whether a REPLACE of these can make its text longer, in characters.
fn lengthens(arguments: &[Expr]) -> bool {
    match arguments {
        [_, Expr::Text(from), Expr::Text(to)] => to.chars().count() > from.chars().count(),
        [_, _, Expr::Text(to)] => to.chars().count() > 1,
        _ => true,
    }
}

fn lengthens_inside(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| found |= matches!(expr, Expr::Call(Function::Replace, inner) if lengthens(inner)));
    found
}

/// The plain arguments of a call that has nothing but those.
fn arguments(function: &ast::Function, at: Location) -> Result<Vec<&ast::Expr>, Refused> {
    let refuse = |what: &str| Err(Refused::new(at, format!("{what} in a call is not allowed")));
    if function.over.is_some() {
        return refuse("OVER");
    }
    if function.filter.is_some() {
        return refuse("FILTER");
    }
    if !function.within_group.is_empty() || function.null_treatment.is_some() || function.uses_odbc_syntax {
        return refuse("anything but arguments");
    }
    let FunctionArguments::List(list) = &function.args else {
        return refuse("a subquery, or no list of arguments,");
    };
    if !matches!(function.parameters, FunctionArguments::None) || !list.clauses.is_empty() {
        return refuse("anything but arguments");
    }
    if list.duplicate_treatment.is_some() {
        return refuse("DISTINCT or ALL");
    }
    let plain = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Ok(expr),
        FunctionArg::Unnamed(_) => Err(Refused::new(at, "`*` in a call is not allowed")),
        _ => Err(Refused::new(at, "named arguments are not allowed")),
    };
    list.args.iter().map(plain).collect()
}

/// Why a function is not on the list, where that is known, and what to write.
fn unknown(name: &str, at: Location) -> Refused {
    let refused = Refused::new(at, format!("the function `{name}` is not allowed"));
    match name {
        "now"
        | "current_timestamp"
        | "current_time"
        | "localtime"
        | "localtimestamp"
        | "getdate"
        | "sysdate"
        | "clock_timestamp"
        | "statement_timestamp"
        | "transaction_timestamp"
        | "timeofday" => refused.help("use a newer_than or older_than rule, or CURRENT_DATE, the day in UTC"),
        "current_user" | "session_user" | "user" | "current_user_id" | "current_role" => {
            refused.help("write @username, the reader")
        }
        "count" | "sum" | "avg" | "min" | "max" | "array_agg" | "string_agg" | "listagg" | "row_number" | "rank"
        | "bool_or" | "bool_and" | "every" => refused.help("a predicate sees one row: no aggregates, no windows"),
        "concat" | "concat_ws" => refused.help("join texts with `||`"),
        "nvl" | "ifnull" | "isnull" => refused.help("write COALESCE"),
        "len" => refused.help("write LENGTH"),
        "date_part" => refused.help("write EXTRACT(YEAR FROM x)"),
        _ => {
            let near = nearest(name, ALLOWED).map(|near| format!("did you mean `{near}`?"));
            let list = || format!("allowed are {}", listed(ALLOWED));
            let help = near.unwrap_or_else(list);
            refused.help(help)
        }
    }
}
