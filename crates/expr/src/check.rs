//! From the parser's tree to ours: names, types, and nothing that is not known.

use scrim_catalog::ColumnType;
use sqlparser::ast::{self, BinaryOperator, CastKind, Ident, UnaryOperator, Value};
use sqlparser::tokenizer::Location;

use crate::literals;
use crate::place::place;
use crate::suggest;
use crate::tokens::PREFIX;
use crate::{Comparison, Expr, Family, Function, Refused, Scope, unsupported};

/// How deep expressions may be nested.
pub(crate) const DEPTH: usize = 64;
/// The most expressions in a finished tree: BETWEEN and CASE repeat what they compare.
const SIZE: usize = 20_000;

type Checked = Result<Expr, Refused>;

/// Where an expression stands: its place, and how many others it is inside.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub(crate) place: Location,
    depth: usize,
}

/// The check of one text.
pub(crate) struct Checker<'a, 's> {
    pub(crate) scope: &'a Scope<'s>,
    size: usize,
}

impl<'a, 's> Checker<'a, 's> {
    pub(crate) fn new(scope: &'a Scope<'s>) -> Self {
        Self { scope, size: 0 }
    }

    /// The whole text.
    pub(crate) fn predicate(&mut self, tree: &ast::Expr) -> Checked {
        self.boolean(tree, At { place: Location::new(1, 1), depth: 0 })
    }

    /// The whole text, as a value.
    pub(crate) fn expression(&mut self, tree: &ast::Expr) -> Checked {
        let at = At { place: Location::new(1, 1), depth: 0 };
        match self.value(tree, at)? {
            Expr::Null(_) => Err(Refused::new(at.place, "this is always NULL").help("write `with: nullify`")),
            expr => Ok(expr),
        }
    }

    /// Counts expressions towards the limit.
    pub(crate) fn spend(&mut self, count: usize, at: Location) -> Result<(), Refused> {
        self.size = self.size.saturating_add(count);
        if self.size > SIZE { Err(Refused::new(at, "the expression is too large")) } else { Ok(()) }
    }

    /// Any expression, a column of an unworkable type among them.
    fn expr(&mut self, tree: &ast::Expr, outer: At) -> Checked {
        use ast::Expr as E;
        let at = At { place: place(tree).unwrap_or(outer.place), depth: outer.depth + 1 };
        if at.depth > DEPTH {
            return Err(Refused::new(at.place, format!("the expression is nested deeper than {DEPTH} levels")));
        }
        self.spend(1, at.place)?;
        // Apart, so that what stays on the stack at each level is small.
        match tree {
            E::Nested(inner) => self.expr(inner, at),
            E::Identifier(_) | E::Value(_) | E::TypedString(_) | E::Cast { .. } => self.leaf(tree, at.place),
            E::Function(function) => self.function(function, at),
            E::BinaryOp { left, op, right } => self.binary(tree, left, op, right, at),
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), at)
            }
            E::Extract { .. } | E::Position { .. } | E::Substring { .. } | E::Trim { .. } => self.special(tree, at),
            _ => self.condition(tree, at),
        }
    }

    /// A name or a literal.
    fn leaf(&self, tree: &ast::Expr, place: Location) -> Checked {
        use ast::Expr as E;
        match tree {
            E::Identifier(ident) => self.identifier(ident, place),
            E::Value(value) => literal(&value.value, place),
            E::TypedString(typed) => match &typed.value.value {
                text @ Value::SingleQuotedString(_) if !typed.uses_odbc_syntax => {
                    literals::cast(literal(text, place)?, &cast_type(&typed.data_type, place)?, place)
                }
                _ => Err(Refused::new(place, "a type name must be followed by a text in single quotes")),
            },
            E::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr, data_type, format: None } => {
                let to = cast_type(data_type, place)?;
                literals::cast(cast_operand(expr, place)?, &to, place)
            }
            E::Cast { .. } => Err(Refused::new(place, "this form of cast is not allowed")),
            _ => Err(unsupported::expression(tree, place)),
        }
    }

    fn binary(
        &mut self,
        tree: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        at: At,
    ) -> Checked {
        match op {
            BinaryOperator::And => Ok(Expr::And(self.chain(tree, op, at)?)),
            BinaryOperator::Or => Ok(Expr::Or(self.chain(tree, op, at)?)),
            BinaryOperator::StringConcat => Ok(Expr::Call(Function::Concat, self.chain(tree, op, at)?)),
            _ => match comparison(op) {
                Some(comparison) => self.comparison(comparison, left, right, at),
                None => Err(unsupported::operator(op, at.place)),
            },
        }
    }

    /// Conditions that are no comparisons, and what is refused.
    fn condition(&mut self, tree: &ast::Expr, at: At) -> Checked {
        use ast::Expr as E;
        match tree {
            E::UnaryOp { op: UnaryOperator::Not, expr } => Ok(Expr::Not(Box::new(self.boolean(expr, at)?))),
            E::UnaryOp { op, expr } => negative(op, expr, at.place),
            E::IsNull(inner) => self.is_null(inner, false, at),
            E::IsNotNull(inner) => self.is_null(inner, true, at),
            E::IsUnknown(inner) => Ok(Expr::IsNull { expr: Box::new(self.boolean(inner, at)?), negated: false }),
            E::IsNotUnknown(inner) => Ok(Expr::IsNull { expr: Box::new(self.boolean(inner, at)?), negated: true }),
            E::IsTrue(inner) => self.is_truth(inner, true, false, at),
            E::IsNotTrue(inner) => self.is_truth(inner, true, true, at),
            E::IsFalse(inner) => self.is_truth(inner, false, false, at),
            E::IsNotFalse(inner) => self.is_truth(inner, false, true, at),
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated, at),
            E::Between { expr, negated, low, high } => self.between(expr, low, high, *negated, at),
            E::Like { negated, any: false, expr, pattern, escape_char: None } => self.like(expr, pattern, *negated, at),
            E::Like { .. } => Err(Refused::new(at.place, "LIKE takes one pattern and no ESCAPE")),
            _ => Err(unsupported::expression(tree, at.place)),
        }
    }

    /// Functions that have a syntax of their own.
    fn special(&mut self, tree: &ast::Expr, at: At) -> Checked {
        use ast::Expr as E;
        match tree {
            E::Extract { field, syntax: ast::ExtractSyntax::From, expr } => self.extract(field, expr, at),
            E::Position { expr, r#in } => {
                Ok(Expr::Call(Function::Position, vec![self.text(r#in, at)?, self.text(expr, at)?]))
            }
            E::Substring { expr, substring_from, substring_for, .. } => {
                self.substring(expr, substring_from.as_deref(), substring_for.as_deref(), at)
            }
            E::Trim { trim_where, trim_what: None, expr, trim_characters: None } => {
                let function = match trim_where {
                    None | Some(ast::TrimWhereField::Both) => Function::Trim,
                    Some(ast::TrimWhereField::Leading) => Function::LTrim,
                    Some(ast::TrimWhereField::Trailing) => Function::RTrim,
                };
                Ok(Expr::Call(function, vec![self.text(expr, at)?]))
            }
            E::Trim { .. } => Err(Refused::new(at.place, "TRIM cuts off blanks only: the characters cannot be chosen")),
            _ => Err(unsupported::expression(tree, at.place)),
        }
    }

    /// An expression that has a value Scrim can work with.
    pub(crate) fn value(&mut self, tree: &ast::Expr, outer: At) -> Checked {
        let expr = self.expr(tree, outer)?;
        match &expr {
            Expr::Column { name, column_type: ColumnType::Other(other) } => {
                let message = format!("the column `{name}` of type {other} can only be tested with IS [NOT] NULL");
                Err(Refused::new(place(tree).unwrap_or(outer.place), message))
            }
            _ => Ok(expr),
        }
    }

    fn of(&mut self, tree: &ast::Expr, outer: At, accepted: &[Family], wanted: &str) -> Checked {
        let expr = self.value(tree, outer)?;
        let family = expr.family();
        if accepted.contains(&family) {
            return Ok(expr);
        }
        let at = place(tree).unwrap_or(outer.place);
        let refused = Refused::new(at, format!("{wanted} is needed here, and this is {family}"));
        Err(match (&expr, accepted.first()) {
            (Expr::Text(_), Some(Family::Date)) => {
                refused.help("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00'")
            }
            (Expr::Column { .. }, Some(Family::Boolean)) => refused.help("compare the column with something"),
            (Expr::Column { .. }, Some(Family::Text)) => refused.help("only columns of text can be used as text"),
            _ => refused,
        })
    }

    /// A condition.
    pub(crate) fn boolean(&mut self, tree: &ast::Expr, outer: At) -> Checked {
        self.of(tree, outer, &[Family::Boolean], "a condition")
    }

    /// A text.
    pub(crate) fn text(&mut self, tree: &ast::Expr, outer: At) -> Checked {
        self.of(tree, outer, &[Family::Text], "a text")
    }

    /// A day or a moment.
    pub(crate) fn time(&mut self, tree: &ast::Expr, outer: At) -> Checked {
        self.of(tree, outer, &[Family::Date, Family::Timestamp], "a date or timestamp")
    }

    /// The operands of `a AND b AND c`, which the parser nests as deep as the chain is long.
    fn chain(&mut self, tree: &ast::Expr, wanted: &BinaryOperator, at: At) -> Result<Vec<Expr>, Refused> {
        let mut operands = Vec::new();
        let mut rest = tree;
        while let ast::Expr::BinaryOp { left, op, right } = rest
            && op == wanted
        {
            operands.push(right.as_ref());
            rest = left;
        }
        operands.push(rest);
        let concat = *wanted == BinaryOperator::StringConcat;
        let operands = operands.into_iter().rev();
        operands.map(|operand| if concat { self.text(operand, at) } else { self.boolean(operand, at) }).collect()
    }

    fn identifier(&self, ident: &Ident, at: Location) -> Checked {
        if let (Some(name), None) = (ident.value.strip_prefix(PREFIX), ident.quote_style) {
            return self.at_name(name, at);
        }
        let name = match ident.quote_style {
            Some(_) => ident.value.replace("\"\"", "\""),
            None => ident.value.to_ascii_lowercase(),
        };
        self.column(&name, at)
    }

    /// A column by its exact name.
    pub(crate) fn column(&self, name: &str, at: Location) -> Checked {
        let columns = self.scope.columns;
        if let Some((name, column_type)) = columns.iter().find(|(column, _)| column.as_str() == name) {
            return Ok(Expr::Column { name: name.clone(), column_type: column_type.clone() });
        }
        let refused = Refused::new(at, format!("there is no column `{name}`"));
        let lower = name.to_lowercase();
        let mut alike = columns.iter().map(|(column, _)| column.as_str()).filter(|c| c.to_lowercase() == lower);
        if let (Some(one), None) = (alike.next(), alike.next()) {
            return Err(refused.help(format!("did you mean `\"{one}\"`? names without quotes are lower case")));
        }
        let near = suggest::nearest(name, columns.iter().map(|(column, _)| column.as_str()));
        Err(refused.maybe_help(near.map(|near| format!("did you mean `{near}`?"))))
    }

    fn is_null(&mut self, inner: &ast::Expr, negated: bool, at: At) -> Checked {
        let expr = self.expr(inner, at)?;
        if matches!(expr, Expr::Null(_)) {
            return Err(Refused::new(at.place, "NULL IS NULL says nothing").help("name a column"));
        }
        Ok(Expr::IsNull { expr: Box::new(expr), negated })
    }

    fn is_truth(&mut self, inner: &ast::Expr, truth: bool, negated: bool, at: At) -> Checked {
        Ok(Expr::IsTruth { expr: Box::new(self.boolean(inner, at)?), truth, negated })
    }

    fn like(&mut self, expr: &ast::Expr, pattern: &ast::Expr, negated: bool, at: At) -> Checked {
        let expr = Box::new(self.text(expr, at)?);
        match self.value(pattern, at)? {
            Expr::Text(pattern) => Ok(Expr::Like { expr, pattern, negated }),
            _ => Err(Refused::new(place(pattern).unwrap_or(at.place), "the pattern of LIKE must be a text in quotes")),
        }
    }
}

fn comparison(operator: &BinaryOperator) -> Option<Comparison> {
    Some(match operator {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::NotEqual,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::LessOrEqual,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// Whether an operand of a comparison needs parentheses: SQL has no `a = b = c`, and `a = NOT b` reads two ways.
pub(crate) fn needs_parentheses(operand: &ast::Expr) -> bool {
    match operand {
        ast::Expr::BinaryOp { op, .. } => comparison(op).is_some(),
        ast::Expr::UnaryOp { op, .. } => *op == UnaryOperator::Not,
        _ => false,
    }
}

fn literal(value: &Value, at: Location) -> Checked {
    match value {
        Value::SingleQuotedString(text) => Ok(Expr::Text(text.replace("''", "'"))),
        Value::Number(text, false) => match literals::number(text) {
            Some(number) => Ok(Expr::Number(number)),
            None => Err(Refused::new(at, format!("`{text}` is not a number written in full with at most 38 digits"))),
        },
        Value::Boolean(truth) => Ok(Expr::Boolean(*truth)),
        Value::Null => Ok(Expr::Null(Family::Null)),
        _ => Err(Refused::new(at, "this kind of literal is not allowed")),
    }
}

/// What is cast: a literal and nothing else, since a cast of a column can fail and show its value.
fn cast_operand(operand: &ast::Expr, at: Location) -> Checked {
    match operand {
        ast::Expr::Value(value) => literal(&value.value, at),
        ast::Expr::UnaryOp { op, expr } if *op == UnaryOperator::Minus => negative(op, expr, at),
        _ => {
            let message = "only literals can be cast: a cast of data can fail, and the error can show the value";
            Err(Refused::new(at, message))
        }
    }
}

/// A minus before a number.
fn negative(operator: &UnaryOperator, operand: &ast::Expr, at: Location) -> Checked {
    let number = match (operator, operand) {
        (UnaryOperator::Minus, ast::Expr::Value(value)) => literal(&value.value, at)?,
        // `-1::bigint` is the negation of a cast.
        (UnaryOperator::Minus, ast::Expr::Cast { kind: CastKind::DoubleColon, expr, data_type, format: None }) => {
            literals::cast(cast_operand(expr, at)?, &cast_type(data_type, at)?, at)?
        }
        _ => return Err(unsupported::prefix(operator, at)),
    };
    match number {
        Expr::Number(number) => Ok(Expr::Number(-number)),
        _ => Err(unsupported::prefix(operator, at)),
    }
}

fn cast_type(data_type: &ast::DataType, at: Location) -> Result<ColumnType, Refused> {
    let written = data_type.to_string();
    let refuse = || Refused::new(at, format!("casts to `{}` are not allowed", written.replace(PREFIX, "@")));
    let help = "literals can be cast to text, numbers, boolean, date, timestamp and timestamptz";
    written.parse().map_err(|_| refuse().help(help))
}
