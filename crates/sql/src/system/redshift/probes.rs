//! What this project takes for granted of Amazon Redshift and no cluster has confirmed yet, each with the statements that
//! try it and what must come out. Data, run by `scrim integration probe` in a scratch schema, which is removed afterwards.
//!
//! Whoever relies on something new of Redshift adds a probe, and its name to `docs/gotchas.md`.

mod catalog;
mod procedures;
mod values;
mod views;

use scrim_catalog::documents::{Integration, Layout};

use crate::qualify::qualified;
use crate::quote::{ident, literal};

/// As whom a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The administrator, a superuser, who owns the tables.
    Administrator,
    /// The user who owns the views, and may read the tables.
    Owner,
    /// The user who reads the views, and may not read the tables.
    Reader,
}

/// What must come out of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is done.
    Done,
    /// It is refused, with this in the message, in any letter case.
    Refused(&'static str),
    /// It is refused, and the message begins with this.
    RefusedWith(&'static str),
    /// These rows.
    Rows(Vec<Vec<String>>),
    /// One cell in which this stands.
    Holds(String),
    /// The same rows as of the last step that had any.
    Same,
    /// Others than those.
    Others,
    /// It is done, and what comes out is told.
    Told,
    /// Whatever comes out is told, an error, too: nothing depends on it.
    Seen,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Step {
    /// As whom.
    pub who: Who,
    /// The statement.
    pub sql: String,
    /// What must come out.
    pub expect: Expect,
}

/// One assumption.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name.
    pub name: &'static str,
    /// What depends on it.
    pub why: &'static str,
    /// Whether it only means something where views have a database of their own.
    pub central: bool,
    /// How it is tried: in order, until something else comes out than must.
    pub steps: Vec<Step>,
}

fn step(who: Who, sql: &str) -> Step {
    // Late-binding views as Scrim writes them.
    let sql = if sql.ends_with("WITH NO SCHEMA BINDING") { qualified(sql) } else { sql.to_owned() };
    Step { who, sql, expect: Expect::Done }
}

fn administrator(sql: &str) -> Step {
    step(Who::Administrator, sql)
}

fn owner(sql: &str) -> Step {
    step(Who::Owner, sql)
}

fn reader(sql: &str) -> Step {
    step(Who::Reader, sql)
}

impl Step {
    fn expect(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    fn refused(self, message: &'static str) -> Self {
        self.expect(Expect::Refused(message))
    }

    /// One row.
    fn row(self, cells: &[&str]) -> Self {
        self.rows(&[cells])
    }

    fn rows(self, rows: &[&[&str]]) -> Self {
        let row = |cells: &&[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        self.expect(Expect::Rows(rows.iter().map(row).collect()))
    }

    fn holds(self, text: &str) -> Self {
        self.expect(Expect::Holds(text.to_owned()))
    }
}

fn probe(name: &'static str, why: &'static str, steps: Vec<Step>) -> Probe {
    Probe { name, why, central: false, steps }
}

/// What the probes work in. `{v}` in a statement is the schema of the views, which the owner `{a}` has; `{d}` that of the
/// administrator's tables, in the database of the views and, where that is another one, in `{db}`; `{b}` is the reader, and
/// `{c}` somebody who comes and goes. With `:text` they are literals.
#[derive(Clone, Debug)]
pub struct Scratch {
    views: String,
    tables: String,
    owner: String,
    reader: String,
    passer: String,
    /// The database of the views.
    pub home: String,
    /// The database of the tables, where it is another one.
    pub elsewhere: Option<String>,
}

impl Scratch {
    /// Under names that nobody else has: `random` is a text of lower-case letters and digits.
    pub fn new(integration: &Integration, random: &str) -> Self {
        let name = format!("scrim_probe_{random}");
        let central = integration.layout() == Layout::Central;
        Self {
            tables: format!("{name}_tables"),
            owner: format!("{name}_a"),
            reader: format!("{name}_b"),
            passer: format!("{name}_c"),
            views: name,
            home: integration.home().to_ascii_lowercase(),
            elsewhere: central.then(|| integration.database.to_ascii_lowercase()),
        }
    }

    /// What will be made, for whoever is about to have it made.
    pub fn told(&self) -> String {
        let elsewhere =
            self.elsewhere.as_ref().map_or_else(String::new, |name| format!(" (the last in `{name}`, too)"));
        format!(
            "the schemas {} and {} in `{}`{elsewhere}, and the users {}, {} and {}, who have no password",
            self.views, self.tables, self.home, self.owner, self.reader, self.passer
        )
    }

    /// Takes the user that steps of this kind are done as; none for the administrator.
    pub fn become_user(&self, who: Who) -> String {
        match who {
            Who::Administrator => "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
            Who::Owner => format!("SET SESSION AUTHORIZATION {}", ident(&self.owner)),
            Who::Reader => format!("SET SESSION AUTHORIZATION {}", ident(&self.reader)),
        }
    }

    /// The statements that make it, in the database of the views.
    pub fn setup(&self) -> Vec<String> {
        self.filled(&[
            "CREATE USER {a} PASSWORD DISABLE",
            "CREATE USER {b} PASSWORD DISABLE",
            "CREATE SCHEMA {v} AUTHORIZATION {a}",
            "GRANT USAGE ON SCHEMA {v} TO {b}",
            "CREATE SCHEMA {d}",
            "CREATE TABLE {d}.people (id INTEGER, name VARCHAR(40), who VARCHAR(128), code CHAR(5), amount DECIMAL(12,2))",
            "INSERT INTO {d}.people (id, name, who, code, amount) VALUES (1, 'ann', {a:text}, 'x', 17.35), (2, 'bob', {b:text}, 'y', -17.35)",
            "GRANT USAGE ON SCHEMA {d} TO {a}",
            "GRANT USAGE ON SCHEMA {d} TO {b}",
            "GRANT SELECT ON TABLE {d}.people TO {a}",
        ])
    }

    /// Those in the database of the tables, where it is another one.
    pub fn setup_elsewhere(&self) -> Vec<String> {
        self.filled(&[
            "CREATE SCHEMA {d}",
            "CREATE TABLE {d}.far (id INTEGER, name VARCHAR(40))",
            "INSERT INTO {d}.far (id, name) VALUES (1, 'far')",
            "GRANT USAGE ON SCHEMA {d} TO {a}",
            "GRANT USAGE ON SCHEMA {d} TO {b}",
            "GRANT SELECT ON TABLE {d}.far TO {a}",
        ])
    }

    /// The statements that remove it from the database of the views; each may be done again.
    pub fn removal(&self) -> Vec<String> {
        self.filled(&["DROP SCHEMA IF EXISTS {v} CASCADE", "DROP SCHEMA IF EXISTS {d} CASCADE"])
    }

    /// Those for the other database.
    pub fn removal_elsewhere(&self) -> Vec<String> {
        self.filled(&["DROP SCHEMA IF EXISTS {d} CASCADE"])
    }

    /// Those for the users, when nothing is left that they own or may touch.
    pub fn removal_of_users(&self) -> Vec<String> {
        self.filled(&["DROP USER IF EXISTS {a}", "DROP USER IF EXISTS {b}", "DROP USER IF EXISTS {c}"])
    }

    fn filled(&self, statements: &[&str]) -> Vec<String> {
        statements.iter().map(|statement| self.fill(statement)).collect()
    }

    /// Puts the names in. Those of the scratch have no braces; that of the database goes in last.
    fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (token, name) in
            [("v", &self.views), ("d", &self.tables), ("a", &self.owner), ("b", &self.reader), ("c", &self.passer)]
        {
            text = text.replace(&format!("{{{token}}}"), &ident(name));
            text = text.replace(&format!("{{{token}:text}}"), &literal(name));
            text = text.replace(&format!("{{{token}:name}}"), name);
        }
        text.replace("{db}", &ident(self.elsewhere.as_ref().unwrap_or(&self.home)))
    }

    /// Every probe, with the names in it.
    pub fn probes(&self) -> Vec<Probe> {
        let mut all = unfilled();
        for step in all.iter_mut().flat_map(|probe| &mut probe.steps) {
            step.sql = self.fill(&step.sql);
            match &mut step.expect {
                Expect::Rows(rows) => rows.iter_mut().flatten().for_each(|cell| *cell = self.fill(cell)),
                Expect::Holds(text) => *text = self.fill(text),
                _ => {}
            }
        }
        all
    }
}

fn unfilled() -> Vec<Probe> {
    // What takes rights away and gives them back comes last.
    [views::probes(), procedures::probes(), catalog::probes(), values::probes(), views::closing()].concat()
}

/// The names of all probes, in their order.
pub fn names() -> Vec<&'static str> {
    unfilled().iter().map(|probe| probe.name).collect()
}
