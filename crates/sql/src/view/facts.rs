//! What a view asks of the user's profile.
//!
//! Redshift: one row of flags, an aggregate over `user_profile` that is there for unknown users too, and value
//! lists as joins to distinct values; no subquery in the select list, nothing correlated (Database Developer
//! Guide, "Correlated subqueries"). PostgreSQL: uncorrelated scalar subqueries, evaluated once per query.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::{ColumnType, Matched, Name, TableName, Who};
use scrim_policy::{Bound, Combination, SaltKey};

use super::{Dialect, Read, ViewPlan, column, key, relation};
use crate::quote::{ident, literal};

/// The profile facts of one view, and the joins that bring them.
pub(crate) struct Facts<'a> {
    pub(crate) plan: &'a ViewPlan,
    pub(crate) dialect: Dialect,
    /// Redshift's flags: what each one tests, in the order of their numbers.
    flags: Vec<String>,
    /// The tests of time among them, which ask nothing of the profile.
    windows: Vec<String>,
    joins: Vec<String>,
    salts: BTreeMap<String, String>,
    username: bool,
    reads: BTreeSet<Read>,
    salted: BTreeSet<SaltKey>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(plan: &'a ViewPlan, dialect: Dialect) -> Self {
        Self {
            plan,
            dialect,
            flags: vec![],
            windows: vec![],
            joins: vec![],
            salts: BTreeMap::new(),
            username: false,
            reads: BTreeSet::new(),
            salted: BTreeSet::new(),
        }
    }

    fn system(&self, table: &str) -> String {
        format!("{}.{}", ident(&self.plan.system_schema), ident(table))
    }

    fn reading(&mut self, kind: &str, key: Option<&str>, value: Option<&str>) {
        self.reads.insert(Read { kind: kind.to_owned(), key: key.map(str::to_owned), value: value.map(str::to_owned) });
    }

    /// Every fact that was asked for.
    pub(crate) fn reads(self) -> BTreeSet<Read> {
        self.reads
    }

    /// Every salt that was asked for.
    pub(crate) fn salted(&self) -> BTreeSet<SaltKey> {
        self.salted.clone()
    }

    /// Whether the user has a profile row that meets `test` (over the alias `p`).
    fn fact(&mut self, test: String) -> String {
        match self.dialect {
            Dialect::Postgresql => format!("EXISTS (SELECT 1 FROM {} AS p WHERE {test})", self.system("user_profile")),
            Dialect::Redshift => format!("f.c{} = 1", numbered(&mut self.flags, test)),
        }
    }

    /// Whether a time has come and not gone: on Redshift with the flags, as it stands at every mask that a policy makes.
    pub(crate) fn window(&mut self, test: String) -> String {
        match self.dialect {
            Dialect::Postgresql => test,
            Dialect::Redshift => format!("f.w{} = 1", numbered(&mut self.windows, test)),
        }
    }

    /// Wraps a condition so that PostgreSQL evaluates it once.
    fn once(&self, condition: String) -> String {
        match self.dialect {
            Dialect::Postgresql => format!("(SELECT {condition})"),
            Dialect::Redshift => condition,
        }
    }

    /// Whether the user is subscribed to the data source.
    pub(crate) fn subscribed(&mut self) -> String {
        let plan = self.plan;
        plan.keys().into_iter().for_each(|key| self.reading("table", None, Some(key)));
        let keys: Vec<String> = plan.keys().into_iter().map(literal).collect();
        let fact = self.fact(format!("p.kind = 'table' AND p.value IN ({})", keys.join(", ")));
        self.once(fact)
    }

    /// Whether the gate lets this version of the view through.
    pub(crate) fn gate(&mut self, version: u64) -> String {
        let gate = self.system("gate");
        let key = literal(&self.plan.key);
        match self.dialect {
            Dialect::Postgresql => {
                format!(
                    "(SELECT EXISTS (SELECT 1 FROM {gate} AS g WHERE g.source = {key} AND g.min_version = {version}))"
                )
            }
            Dialect::Redshift => {
                // MAX: a second row for the source, which nothing there can forbid, can only close.
                self.joins.push(format!(
                    "CROSS JOIN (SELECT MAX(g.min_version) AS min_version FROM {gate} AS g WHERE g.source = {key}) AS g"
                ));
                format!("g.min_version = {version}")
            }
        }
    }

    /// A condition on the user, by what holds of every member of an equalized project or of any. Never NULL under
    /// `subscribed`.
    pub(crate) fn who(&mut self, who: &Who, bound: Bound) -> String {
        let condition = self.condition(who, bound);
        self.once(condition)
    }

    fn condition(&mut self, who: &Who, bound: Bound) -> String {
        match who {
            // An active user has a row of this kind; strangers have none.
            Who::Everyone => {
                self.reading("user", None, None);
                self.fact("p.kind = 'user'".to_owned())
            }
            Who::User(name) => self.has("user", name, bound),
            Who::Group(name) => self.has("group", name, bound),
            Who::Purpose(name) => self.has("purpose", name, bound),
            Who::Attribute(values) => {
                let all: Vec<String> = values.iter().map(|(key, value)| self.attribute(key, value, bound)).collect();
                format!("({})", all.join(" AND "))
            }
            Who::All(parts) => self.many(parts, bound, " AND ", "1 = 1"),
            Who::Any(parts) => self.many(parts, bound, " OR ", "1 = 0"),
            Who::Not(part) => format!("NOT ({})", self.condition(part, bound.flip())),
        }
    }

    fn many(&mut self, parts: &[Who], bound: Bound, word: &str, none: &str) -> String {
        if parts.is_empty() {
            return none.to_owned();
        }
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part, bound)).collect();
        format!("({})", parts.join(word))
    }

    /// The kinds of profile rows that count. Only under an equalized project are there facts that hold of some only.
    fn kinds(&mut self, kind: &str, key: Option<&str>, value: Option<&str>, bound: Bound) -> String {
        self.reading(kind, key, value);
        if bound == Bound::Every || !self.plan.merged.equalized {
            return format!("p.kind = {}", literal(kind));
        }
        let some = format!("any_{kind}");
        self.reading(&some, key, value);
        format!("p.kind IN ({}, {})", literal(kind), literal(&some))
    }

    /// Whether the profile has a row of this kind with this value.
    pub(crate) fn has(&mut self, kind: &str, value: &str, bound: Bound) -> String {
        let kinds = self.kinds(kind, None, Some(value), bound);
        self.fact(format!("{kinds} AND p.value = {}", literal(value)))
    }

    /// Whether the user has this value of an attribute.
    pub(crate) fn attribute(&mut self, key: &str, value: &str, bound: Bound) -> String {
        let kinds = self.kinds("attribute", Some(key), Some(value), bound);
        self.fact(format!("{kinds} AND p.key = {} AND p.value = {}", literal(key), literal(value)))
    }

    /// Whether nobody else is judged together with the user; none where nobody ever is.
    pub(crate) fn alone(&mut self) -> Option<String> {
        if !self.plan.merged.equalized {
            return None;
        }
        self.reading("any_user", None, None);
        let fact = self.fact("p.kind = 'any_user'".to_owned());
        Some(self.once(format!("NOT {fact}")))
    }

    /// Whether the user acts under a project.
    pub(crate) fn project(&mut self, name: &Name) -> String {
        let fact = self.has("project", name, Bound::Every);
        self.once(fact)
    }

    /// [`Facts::has`] and its like as a value of its own.
    pub(crate) fn flag(&self, fact: String) -> String {
        self.once(fact)
    }

    /// The user's login.
    pub(crate) fn username(&mut self) -> String {
        self.reading("user", None, None);
        match self.dialect {
            Dialect::Postgresql => {
                let profile = self.system("user_profile");
                format!("(SELECT MAX(p.immuta__userid) FROM {profile} AS p WHERE p.kind = 'user')")
            }
            Dialect::Redshift => {
                self.username = true;
                "f.username".to_owned()
            }
        }
    }

    /// Which profile rows hold the values that `match` compares.
    fn values(&mut self, matched: &Matched, bound: Bound) -> String {
        match matched {
            Matched::Attribute(key) => {
                let kinds = self.kinds("attribute", Some(key), None, bound);
                format!("{kinds} AND p.key = {}", literal(key))
            }
            Matched::Groups => self.kinds("group", None, None, bound),
            Matched::Purposes => self.kinds("purpose", None, None, bound),
        }
    }

    /// Whether `expression` is among the user's values, each converted by `convert` (over `p.value`), which
    /// must be NULL for what cannot be read. False where the expression is NULL.
    pub(crate) fn among(&mut self, matched: &Matched, expression: &str, convert: &str, bound: Bound) -> String {
        let profile = self.system("user_profile");
        let test = self.values(matched, bound);
        match self.dialect {
            Dialect::Postgresql => {
                format!("{expression} IN (SELECT {convert} FROM {profile} AS p WHERE {test} AND {convert} IS NOT NULL)")
            }
            Dialect::Redshift => {
                let values = format!("SELECT DISTINCT {convert} AS value FROM {profile} AS p WHERE {test}");
                let alias = self.left_join(&values, |alias| format!("{alias}.value = {expression}"));
                format!("{alias}.value IS NOT NULL")
            }
        }
    }

    /// Whether the combination of a row was released when its table was last counted, and the table is as it was then.
    /// Never NULL. Redshift cannot ask its catalog beside a table: there the number of rows must be what it was.
    pub(crate) fn released(&mut self, combination: &Combination) -> String {
        let (released, statistics) = (self.system("released"), self.system("statistics"));
        let name = literal(&combination.key);
        let digest = key::digest(&key::combination(combination, self.dialect), self);
        match self.dialect {
            Dialect::Postgresql => {
                let state = format!("{}.f_table_state(u.base_oid)", ident(&self.plan.functions_schema));
                let unchanged = format!(
                    "(SELECT EXISTS (SELECT 1 FROM {statistics} AS u WHERE u.key = {name} AND u.state = {state}))"
                );
                format!(
                    "({unchanged} AND {digest} IN (SELECT r.combination FROM {released} AS r WHERE r.key = {name}))"
                )
            }
            Dialect::Redshift => {
                let table = relation(&self.plan.table);
                let counted =
                    self.cross_join(&format!("SELECT MAX(u.counted) AS n FROM {statistics} AS u WHERE u.key = {name}"));
                let rows = self.cross_join(&format!("SELECT COUNT(*) AS n FROM {table} AS b"));
                let values = format!("SELECT DISTINCT r.combination FROM {released} AS r WHERE r.key = {name}");
                let found = self.left_join(&values, |alias| format!("{alias}.combination = {digest}"));
                format!("CASE WHEN {counted}.n = {rows}.n AND {found}.combination IS NOT NULL THEN 1 ELSE 0 END = 1")
            }
        }
    }

    /// Whether the data source's columns stand beside the user in another table.
    pub(crate) fn lookup(&mut self, table: &TableName, on: &[(Name, Name, ColumnType)], user: &str) -> String {
        self.reading("user", None, None);
        // As Redshift keeps them: see `located`.
        let kept = |name: &str| match self.dialect {
            Dialect::Redshift => ident(&name.to_ascii_lowercase()),
            Dialect::Postgresql => ident(name),
        };
        let (profile, user) = (self.system("user_profile"), kept(user));
        // Whatever collations the tables have, text is compared by its bytes.
        let collation = if self.dialect == Dialect::Postgresql { " COLLATE \"C\"" } else { "" };
        let from = format!(
            "FROM {} AS l INNER JOIN {profile} AS p ON p.kind = 'user' AND p.immuta__userid = l.{user}{collation}",
            relation(&self.plan.located(table, self.dialect))
        );
        match self.dialect {
            Dialect::Postgresql => {
                let ours: Vec<String> = on
                    .iter()
                    .map(|(_, ours, column_type)| match column_type {
                        ColumnType::Char(n) => format!("RTRIM(CAST({} AS VARCHAR({n}))) COLLATE \"C\"", column(ours)),
                        other if other.is_text() => format!("{} COLLATE \"C\"", column(ours)),
                        _ => column(ours),
                    })
                    .collect();
                let theirs: Vec<String> = on
                    .iter()
                    .map(|(theirs, _, column_type)| match (ident(theirs), column_type) {
                        (theirs, ColumnType::Char(_)) => format!("RTRIM(CAST(l.{theirs} AS TEXT)) COLLATE \"C\""),
                        (theirs, other) if other.is_text() => format!("CAST(l.{theirs} AS TEXT) COLLATE \"C\""),
                        (theirs, _) => format!("l.{theirs}"),
                    })
                    .collect();
                let known: Vec<String> = theirs.iter().map(|column| format!("{column} IS NOT NULL")).collect();
                format!("({}) IN (SELECT {} {from} WHERE {})", ours.join(", "), theirs.join(", "), known.join(" AND "))
            }
            Dialect::Redshift => {
                let columns = on.iter().enumerate().map(|(at, (theirs, _, _))| format!("l.{} AS v{at}", kept(theirs)));
                let rows = format!("SELECT DISTINCT {} {from}", columns.collect::<Vec<_>>().join(", "));
                let alias = self.left_join(&rows, |alias| {
                    let equal =
                        on.iter().enumerate().map(|(at, (_, ours, _))| format!("{alias}.v{at} = {}", column(ours)));
                    equal.collect::<Vec<_>>().join(" AND ")
                });
                format!("{alias}.v0 IS NOT NULL")
            }
        }
    }

    fn left_join(&mut self, rows: &str, on: impl Fn(&str) -> String) -> String {
        self.join(|alias| format!("LEFT JOIN ({rows}) AS {alias} ON {}", on(alias)))
    }

    fn cross_join(&mut self, rows: &str) -> String {
        self.join(|alias| format!("CROSS JOIN ({rows}) AS {alias}"))
    }

    /// The alias of a join; the same one twice is joined once.
    fn join(&mut self, join: impl Fn(&str) -> String) -> String {
        for (at, known) in self.joins.iter().enumerate() {
            let alias = format!("r{at}");
            if *known == join(&alias) {
                return alias;
            }
        }
        let alias = format!("r{}", self.joins.len());
        self.joins.push(join(&alias));
        alias
    }

    /// A salt: read from a table that only the view's owner may read, never part of the text.
    pub(crate) fn salt(&mut self, key: &SaltKey) -> String {
        self.salted.insert(key.clone());
        let table = self.system("salt");
        let test = format!("s.source = {} AND s.column_name = {}", literal(&key.scope), literal(&key.name));
        let select = format!("SELECT MAX(s.salt) AS salt FROM {table} AS s WHERE {test}");
        match self.dialect {
            Dialect::Postgresql => format!("({select})"),
            Dialect::Redshift => {
                let next = format!("k{}", self.salts.len());
                let alias = self.salts.entry(select).or_insert(next);
                format!("{alias}.salt")
            }
        }
    }

    /// Every join, the flags first.
    pub(crate) fn joins(&self) -> Vec<String> {
        let mut joins = Vec::new();
        if self.dialect == Dialect::Redshift {
            let flag = |(at, test): (usize, &String)| format!("MAX(CASE WHEN {test} THEN 1 ELSE 0 END) AS c{at}");
            let mut flags: Vec<String> = self.flags.iter().enumerate().map(flag).collect();
            let window = |(at, test): (usize, &String)| format!("CASE WHEN {test} THEN 1 ELSE 0 END AS w{at}");
            flags.extend(self.windows.iter().enumerate().map(window));
            if self.username {
                flags.push("MAX(CASE WHEN p.kind = 'user' THEN p.immuta__userid END) AS username".to_owned());
            }
            let profile = self.system("user_profile");
            joins.push(format!(
                "CROSS JOIN (SELECT {}\n            FROM {profile} AS p) AS f",
                flags.join(",\n                   ")
            ));
        }
        let mut salts: Vec<(&String, &String)> = self.salts.iter().map(|(select, alias)| (alias, select)).collect();
        salts.sort();
        joins.extend(salts.into_iter().map(|(alias, select)| format!("CROSS JOIN ({select}) AS {alias}")));
        joins.extend(self.joins.iter().cloned());
        joins
    }
}

/// The number of a test; the same one twice has one.
fn numbered(tests: &mut Vec<String>, test: String) -> usize {
    tests.iter().position(|known| *known == test).unwrap_or_else(|| {
        tests.push(test);
        tests.len() - 1
    })
}
