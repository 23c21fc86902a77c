//! The kinds of documents, each named once: how it is written, where the API has it, and where the catalog keeps it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::catalog::{Catalog, DataPolicy, Named, Stored};
use crate::documents::{
    Attribute, DataPolicyForm, DataSource, Grant, Group, Identifier, Integration, PolicyTest, Project, Purpose,
    Subscription, SubscriptionPolicy, TagNote, UnmaskRequest, User, Webhook,
};
use crate::{At, Mark, Name, Problem, rule_reading};

/// What a catalog keeps of a document.
trait Kept {
    /// The document as it is written.
    type Written: serde::Serialize;
    /// The document as it is written.
    fn written(&self) -> &Self::Written;
    /// Reads what the reader of files leaves unread.
    fn kept(written: Self::Written, file: &Arc<PathBuf>, problems: &mut Vec<Problem>) -> Self;
}

/// Most documents are kept as they are written.
macro_rules! kept_as_written {
    ($($type:ty),+) => {
        $(impl Kept for $type {
            type Written = Self;
            fn written(&self) -> &Self {
                self
            }
            fn kept(written: Self, _: &Arc<PathBuf>, _: &mut Vec<Problem>) -> Self {
                written
            }
        })+
    };
}
kept_as_written!(
    Integration,
    DataSource,
    TagNote,
    User,
    Group,
    Attribute,
    Purpose,
    Project,
    Grant,
    Subscription,
    SubscriptionPolicy,
    PolicyTest,
    Webhook,
    UnmaskRequest
);

impl Kept for Identifier {
    type Written = Self;

    fn written(&self) -> &Self {
        self
    }

    fn kept(identifier: Self, file: &Arc<PathBuf>, problems: &mut Vec<Problem>) -> Self {
        if !identifier.looks() {
            let message = format!("the identifier `{}` looks at nothing", identifier.name);
            let help = "give it `column_name`, `value`, `checksum` or `dictionary`";
            problems.push(Problem::error(file, identifier.name.mark(), message).help(help));
        }
        identifier
    }
}

impl Kept for DataPolicy {
    type Written = DataPolicyForm;

    fn written(&self) -> &DataPolicyForm {
        &self.form
    }

    fn kept(form: DataPolicyForm, file: &Arc<PathBuf>, problems: &mut Vec<Problem>) -> Self {
        let mut rules = Vec::new();
        if form.rules.is_empty() {
            problems.push(Problem::error(file, form.name.mark(), format!("the policy `{}` has no rule", form.name)));
        }
        for rule in &form.rules {
            match rule_reading::rule(rule) {
                Ok(rule) => rules.push(rule),
                Err(fault) => {
                    let mut problem = Problem::error(file, fault.mark, fault.message);
                    problem.help = fault.help;
                    problems.push(problem);
                }
            }
        }
        Self { form, rules }
    }
}

macro_rules! kinds {
    ($($variant:ident($form:ty) in $field:ident: $kind:literal, $plural:literal;)+) => {
        /// A kind of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each variant is the kind of its name")]
        pub enum Kind {
            $($variant),+
        }

        /// One document of any kind.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the kind of its name")]
        pub enum Document {
            $($variant(Box<$form>)),+
        }

        /// The kinds, as documents write them.
        pub const KINDS: &[&str] = &[$($kind),+];

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As documents write it: `data-source`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $kind),+
                }
            }

            /// As the API writes many of them: `data-sources`.
            pub fn plural(self) -> &'static str {
                match self {
                    $(Self::$variant => $plural),+
                }
            }

            /// The schema of its documents, by reference to a definition of the generator.
            pub fn schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let schema = match self {
                    $(Self::$variant => generator.subschema_for::<$form>()),+
                };
                // The types know the field, and not what stands in it.
                let definition = schema.get("$ref").and_then(|to| to.as_str()?.rsplit('/').next());
                let definition = definition.and_then(|name| generator.definitions_mut().get_mut(name));
                if let Some(kind) = definition.and_then(|document| document.pointer_mut("/properties/kind")?.as_object_mut()) {
                    kind.insert("const".to_owned(), self.as_str().into());
                }
                schema
            }

            /// Reads a document of this kind by whatever reads its type.
            pub(crate) fn parse<E>(self, parse: &impl Parse<Error = E>) -> Result<Document, E> {
                Ok(match self {
                    $(Self::$variant => Document::$variant(Box::new(parse.parse()?))),+
                })
            }
        }

        impl Document {
            /// What it is.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant(_) => Kind::$variant),+
                }
            }

            /// Its name, and where that is written.
            pub fn name(&self) -> &At<Name> {
                match self {
                    $(Self::$variant(document) => &document.name),+
                }
            }

            /// The document in JSON, with nothing that is as it is anyway.
            ///
            /// # Errors
            /// None that is known: every document has a form in JSON.
            pub fn to_json(&self) -> serde_json::Result<Value> {
                match self {
                    $(Self::$variant(document) => serde_json::to_value(document)),+
                }
            }
        }

        impl Catalog {
            /// Puts a document where its kind is kept, in place of the one of its name.
            pub(crate) fn put(&mut self, file: &Arc<PathBuf>, document: Document, problems: &mut Vec<Problem>) {
                match document {
                    $(Document::$variant(document) => {
                        let (name, mark) = (document.name.value().clone(), document.name.mark());
                        let item = Kept::kept(*document, file, problems);
                        self.$field.insert(name, Arc::new(Stored { item, file: Arc::clone(file), mark }));
                    }),+
                }
            }

            /// Where a document stands, if there is one.
            pub(crate) fn placed(&self, kind: Kind, name: &str) -> Option<(&Arc<PathBuf>, Mark)> {
                match kind {
                    $(Kind::$variant => self.$field.get(name).map(|stored| (&stored.file, stored.mark))),+
                }
            }

            /// Takes a document away.
            pub(crate) fn take(&mut self, kind: Kind, name: &str) {
                match kind {
                    $(Kind::$variant => drop(self.$field.remove(name))),+
                }
            }

            /// The names of the documents of a kind, in order, after a given one.
            pub fn names_after<'a>(&'a self, kind: Kind, after: &str) -> Box<dyn Iterator<Item = &'a Name> + 'a> {
                fn keys<'a, T>(all: &'a Named<T>, after: &str) -> Box<dyn Iterator<Item = &'a Name> + 'a> {
                    use std::ops::Bound::{Excluded, Unbounded};
                    Box::new(all.range::<str, _>((Excluded(after), Unbounded)).map(|(name, _)| name))
                }
                match kind {
                    $(Kind::$variant => keys(&self.$field, after)),+
                }
            }

            /// How many documents of a kind there are.
            pub fn count(&self, kind: Kind) -> usize {
                match kind {
                    $(Kind::$variant => self.$field.len()),+
                }
            }

            /// Whether there is a document of that kind and name.
            pub fn has(&self, kind: Kind, name: &str) -> bool {
                match kind {
                    $(Kind::$variant => self.$field.contains_key(name)),+
                }
            }

            /// What a document says of itself to people.
            pub fn description(&self, kind: Kind, name: &str) -> Option<&str> {
                match kind {
                    $(Kind::$variant => self.$field.get(name)?.description.as_deref()),+
                }
            }

            /// A document as it is written.
            pub fn document(&self, kind: Kind, name: &str) -> Option<Document> {
                match kind {
                    $(Kind::$variant => {
                        let stored = self.$field.get(name)?;
                        Some(Document::$variant(Box::new(stored.item.written().clone())))
                    }),+
                }
            }

            /// A document in JSON, with nothing that is as it is anyway.
            pub fn json(&self, kind: Kind, name: &str) -> Option<Value> {
                match kind {
                    $(Kind::$variant => serde_json::to_value(self.$field.get(name)?.item.written()).ok()),+
                }
            }
        }
    };
}
kinds! {
    Integration(Integration) in integrations: "integration", "integrations";
    DataSource(DataSource) in data_sources: "data-source", "data-sources";
    Tag(TagNote) in tags: "tag", "tags";
    User(User) in users: "user", "users";
    Group(Group) in groups: "group", "groups";
    Attribute(Attribute) in attributes: "attribute", "attributes";
    Purpose(Purpose) in purposes: "purpose", "purposes";
    Project(Project) in projects: "project", "projects";
    Grant(Grant) in grants: "grant", "grants";
    Subscription(Subscription) in subscriptions: "subscription", "subscriptions";
    SubscriptionPolicy(SubscriptionPolicy) in subscription_policies: "subscription-policy", "subscription-policies";
    DataPolicy(DataPolicyForm) in data_policies: "data-policy", "data-policies";
    PolicyTest(PolicyTest) in policy_tests: "policy-test", "policy-tests";
    Identifier(Identifier) in identifiers: "identifier", "identifiers";
    Webhook(Webhook) in webhooks: "webhook", "webhooks";
    UnmaskRequest(UnmaskRequest) in unmask_requests: "unmask-request", "unmask-requests";
}

/// Whatever reads a type from a text.
pub(crate) trait Parse {
    /// Why it cannot.
    type Error;
    /// Reads one.
    fn parse<T: DeserializeOwned>(&self) -> Result<T, Self::Error>;
}

impl FromStr for Kind {
    type Err = ();

    /// Reads a kind as documents write it.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(())
    }
}

impl Kind {
    /// Reads a kind as the API writes many of them.
    pub fn from_plural(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.plural() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
