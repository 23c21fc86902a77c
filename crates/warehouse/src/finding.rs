//! What a check of a warehouse found, in words.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration};
use scrim_sql::check::Grantee;
use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody gets around a view.
    Open,
    /// It should be looked at, and mended or known.
    Warning,
    /// It is so by nature, and whoever operates the warehouse should know.
    Note,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The table, the user, the setting.
    pub object: String,
    /// What is so.
    pub what: String,
    /// The statement, or the command, that mends it.
    pub mend: Option<String>,
    /// The database in which the statement is to be run.
    pub database: Option<String>,
}

/// What a check looks at, beside the integration.
#[derive(Clone, Copy, Debug)]
pub struct Subjects<'a> {
    /// The tables that the views read, as the views name them: the governed ones, and those that rules look up in.
    pub tables: &'a [TableName],
    /// The data sources.
    pub sources: &'a [String],
    /// People who are not disabled, and their logins.
    pub people: &'a [(String, Option<String>)],
}

/// Findings on their way: those of one place after the other, in order at the end.
pub(crate) struct Findings {
    all: BTreeSet<Finding>,
}

impl Findings {
    pub(crate) fn new() -> Self {
        Self { all: BTreeSet::new() }
    }

    /// In the order of what matters most.
    pub(crate) fn into_list(self) -> Vec<Finding> {
        self.all.into_iter().collect()
    }

    fn add(&mut self, severity: Severity, object: &str, what: String, mend: Option<String>, database: Option<&str>) {
        let database = database.map(str::to_owned).filter(|_| mend.is_some());
        self.all.insert(Finding { severity, object: object.to_owned(), what, mend, database });
    }

    pub(crate) fn open(&mut self, database: &str, object: &str, what: String, mend: String) {
        self.add(Severity::Open, object, what, Some(mend), Some(database));
    }

    pub(crate) fn warning(&mut self, database: &str, object: &str, what: String, mend: Option<String>) {
        self.add(Severity::Warning, object, what, mend, Some(database));
    }

    pub(crate) fn note(&mut self, object: &str, what: impl Into<String>) {
        self.add(Severity::Note, object, what.into(), None, None);
    }

    /// A note with what would mend it.
    pub(crate) fn mendable(&mut self, database: &str, object: &str, what: String, mend: String) {
        self.add(Severity::Note, object, what, Some(mend), Some(database));
    }

    /// Something for which a command of Scrim is the remedy.
    pub(crate) fn command(&mut self, severity: Severity, object: &str, what: String, mend: &str) {
        self.add(severity, object, what, Some(mend.to_owned()), None);
    }

    /// There is no such table.
    pub(crate) fn missing(&mut self, table: &TableName) {
        self.note(&table.to_string(), "there is no such table: nothing can be said of it, and its view cannot be made");
    }

    /// Somebody may make objects in a schema.
    pub(crate) fn creates(&mut self, database: &str, schema: &str, grantee: &Grantee) {
        let what = format!(
            "{grantee} may make objects in this schema, under names that others may take for something else: a name \
             without a schema may find them"
        );
        let mend = scrim_sql::check::revoke_create(schema, grantee);
        self.warning(database, &format!("schema {schema}"), what, Some(mend));
    }

    /// New tables come with a right to read them.
    pub(crate) fn opens_new(
        &mut self,
        engine: Engine,
        database: &str,
        maker: &str,
        schema: Option<&str>,
        grantee: &Grantee,
    ) {
        let place = schema.map_or_else(String::new, |schema| format!(" in {schema}"));
        let what = format!(
            "tables that `{maker}` makes{place} from now on may be read by {grantee}: a new one is open at once"
        );
        let mend = scrim_sql::check::revoke_default(engine, maker, schema, grantee);
        self.warning(database, &format!("default privileges of {maker}"), what, Some(mend));
    }

    /// Privileges on Scrim's own objects: `views` are still what the policies say, whoever reads them.
    pub(crate) fn unintended(&mut self, integration: &Integration, grantee: &str, privilege: &str, object: &str) {
        let schema = object.split('.').next().unwrap_or_default().trim_matches('"');
        let views = schema.eq_ignore_ascii_case(&integration.views.schema);
        let (severity, mend) =
            if views { (Severity::Warning, "scrim push") } else { (Severity::Open, "scrim integration install") };
        let what = format!("`{grantee}` has {privilege} on an object of Scrim's own, which is not intended");
        self.command(severity, object, what, mend);
    }

    /// Nothing of Scrim is there.
    pub(crate) fn not_installed(&mut self, place: &str) {
        let what = "Scrim is not installed, so that there are no views, and nothing is governed".to_owned();
        self.command(Severity::Warning, place, what, INSTALL);
    }

    /// Another version, or other settings.
    pub(crate) fn other_installation(&mut self, place: &str) {
        let what = "what is installed was made by another version of scrim, or for other settings of the integration";
        self.command(Severity::Warning, place, what.to_owned(), INSTALL);
    }

    /// Views or routines are not as they were installed.
    pub(crate) fn changed(&mut self, place: &str) {
        let what = "views or routines of Scrim's own were changed by hand, so that nothing can be said of what they do";
        self.command(Severity::Open, place, what.to_owned(), INSTALL);
    }

    /// The administrator may not see the installation.
    pub(crate) fn unseen(&mut self, place: &str) {
        let what = "the administrator may not call Scrim's procedures: which installation this is cannot be told";
        self.add(Severity::Warning, place, what.to_owned(), None, None);
    }

    /// People without a login, and logins that are not what people should log in by. `known`: superuser, can log in.
    pub(crate) fn people(&mut self, subjects: &Subjects<'_>, known: impl Fn(&str) -> Option<(bool, bool)>) {
        for (person, login) in subjects.people {
            let Some(login) = login else {
                self.note(&format!("user {person}"), "has no login in this warehouse, and reads nothing there");
                continue;
            };
            let object = format!("login {login}");
            let (severity, what) = match known(login) {
                None => (
                    Severity::Warning,
                    format!(
                        "`{person}` is to log in by this name, which nobody has in the warehouse; whoever gets it first \
                         gets what `{person}` may see, unless somebody had it at an earlier push"
                    ),
                ),
                Some((true, _)) => (
                    Severity::Warning,
                    format!("`{person}` logs in as a superuser: no view and no policy applies to them"),
                ),
                Some((false, false)) => (
                    Severity::Warning,
                    format!(
                        "`{person}` is to log in by this name, and it is a role that nobody logs in by: a push gives it no profile"
                    ),
                ),
                Some((false, true)) => continue,
            };
            self.add(severity, &object, what, None, None);
        }
    }
}

const INSTALL: &str = "scrim integration install";
