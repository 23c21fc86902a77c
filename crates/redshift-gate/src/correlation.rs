//! Which subquery refers to what, in the tree of a view's query.
//!
//! Redshift refuses several patterns of correlated subqueries, and refuses
//! others only once a reader groups by the column they made ("Correlated
//! subqueries", Amazon Redshift Database Developer Guide). A view must
//! survive every query over it, so none may be correlated.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, GroupByExpr, ObjectName, Query, Select, SetExpr, TableFactor, TableWithJoins, Visit, Visitor,
};

use crate::refusal::Fault;

/// Refuses correlated and misplaced subqueries; under late binding also names
/// without a schema.
pub(crate) fn check(query: &Query, late: bool) -> Result<(), Fault> {
    let mut scopes = Scopes { late, ..Scopes::default() };
    match query.visit(&mut scopes) {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Whether a select list, at any level, holds a subquery.
pub(crate) fn subquery_in_select_list(query: &Query) -> bool {
    struct Lists;
    impl Visitor for Lists {
        type Break = ();
        fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
            if holds_query(&select.projection) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        }
    }
    query.visit(&mut Lists).is_break()
}

/// The number of items in the outermost select list.
pub(crate) fn width(query: &Query) -> usize {
    fn of(body: &SetExpr) -> usize {
        match body {
            SetExpr::Select(select) => select.projection.len(),
            SetExpr::Query(query) => of(&query.body),
            SetExpr::SetOperation { left, .. } => of(left),
            _ => 0,
        }
    }
    of(&query.body)
}

fn holds_query(part: &impl Visit) -> bool {
    struct Any;
    impl Visitor for Any {
        type Break = ();
        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    part.visit(&mut Any).is_break()
}

/// The relations in sight, one level for each enclosing SELECT.
#[derive(Default)]
struct Scopes {
    late: bool,
    levels: Vec<Vec<String>>,
    ctes: Vec<String>,
}

impl Scopes {
    fn add(&self, from: &TableWithJoins, level: &mut Vec<String>) {
        let joined = from.joins.iter().map(|join| &join.relation);
        for factor in std::iter::once(&from.relation).chain(joined) {
            match factor {
                TableFactor::Table { name, alias, .. } => {
                    let own = alias.as_ref().map(|alias| alias.name.value.clone());
                    level.extend(own.or_else(|| last(name)).map(|name| name.to_lowercase()));
                }
                TableFactor::Derived { alias, .. } | TableFactor::Pivot { alias, .. } => {
                    level.extend(alias.iter().map(|alias| alias.name.value.to_lowercase()));
                }
                TableFactor::NestedJoin { table_with_joins, .. } => self.add(table_with_joins, level),
                _ => {}
            }
        }
    }

    fn qualified(&self, name: &ObjectName) -> bool {
        match name.0.len() {
            1 => last(name).is_some_and(|name| self.ctes.contains(&name.to_lowercase())),
            parts => parts <= 3,
        }
    }
}

fn last(name: &ObjectName) -> Option<String> {
    name.0.last()?.as_ident().map(|part| part.value.clone())
}

impl Visitor for Scopes {
    type Break = Fault;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Fault> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.ctes.push(cte.alias.name.value.to_lowercase());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Fault> {
        let mut level = Vec::new();
        for from in &select.from {
            self.add(from, &mut level);
        }
        self.levels.push(level);
        let grouped = match &select.group_by {
            GroupByExpr::All(_) => false,
            GroupByExpr::Expressions(expressions, _) => holds_query(expressions),
        };
        if grouped || holds_query(&select.having) {
            return ControlFlow::Break(Fault::new("grouped-subquery", "GROUP BY and HAVING take no subquery"));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<Fault> {
        self.levels.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Fault> {
        let TableFactor::Table { name, args, .. } = factor else {
            return ControlFlow::Continue(());
        };
        if args.is_some() {
            return ControlFlow::Break(Fault::new("table-function", format!("{name} (…) cannot be a table of a view")));
        }
        if self.late && !self.qualified(name) {
            return ControlFlow::Break(Fault::new(
                "late-binding-name",
                format!("{name} needs its schema: the view has no schema binding"),
            ));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Fault> {
        let Expr::CompoundIdentifier(parts) = expr else {
            return ControlFlow::Continue(());
        };
        let Some((own, outer)) = self.levels.split_last() else {
            return ControlFlow::Continue(());
        };
        let qualifiers: Vec<String> =
            parts.iter().take(parts.len().saturating_sub(1)).map(|part| part.value.to_lowercase()).collect();
        let seen = |level: &Vec<String>| qualifiers.iter().any(|name| level.contains(name));
        if !seen(own) && outer.iter().any(seen) {
            return ControlFlow::Break(Fault::new(
                "correlated-subquery",
                format!("{expr} refers to a query around its own"),
            ));
        }
        ControlFlow::Continue(())
    }
}
