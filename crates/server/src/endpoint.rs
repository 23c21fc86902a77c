//! One table of everything the API can do: what is routed, and what is documented, is the same.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::App;

/// Makes the schema of something.
type Describe = Box<dyn Fn(&mut SchemaGenerator) -> Schema + Send + Sync>;

/// What an endpoint answers with a status.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) about: &'static str,
    /// The types of the content, each with its schema when that is JSON; none where there is no content.
    pub(crate) content: Vec<(&'static str, Option<Describe>)>,
}

/// One call of the API.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The name of the operation, for clients that are generated.
    pub(crate) id: String,
    /// Under which heading it stands.
    pub(crate) tag: &'static str,
    pub(crate) summary: String,
    /// Who may call it, in words.
    pub(crate) needs: &'static str,
    /// Whether nobody has to be signed in.
    pub(crate) open: bool,
    pub(crate) query: Option<Describe>,
    /// Whether others may put more after the question mark than is read.
    pub(crate) any_query: bool,
    pub(crate) body: Option<Describe>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) handler: MethodRouter<App>,
}

impl Endpoint {
    fn new<H, T>(
        method: Method,
        filter: MethodFilter,
        path: impl Into<String>,
        id: impl Into<String>,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            method,
            path: path.into(),
            id: id.into(),
            tag: "",
            summary: String::new(),
            needs: "",
            open: false,
            query: None,
            any_query: false,
            body: None,
            answers: vec![],
            handler: on(filter, handler),
        }
    }

    pub(crate) fn get<H: Handler<T, App>, T: 'static>(
        path: impl Into<String>,
        id: impl Into<String>,
        handler: H,
    ) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, id, handler)
    }

    pub(crate) fn put<H: Handler<T, App>, T: 'static>(
        path: impl Into<String>,
        id: impl Into<String>,
        handler: H,
    ) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, id, handler)
    }

    pub(crate) fn post<H: Handler<T, App>, T: 'static>(
        path: impl Into<String>,
        id: impl Into<String>,
        handler: H,
    ) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, id, handler)
    }

    pub(crate) fn delete<H: Handler<T, App>, T: 'static>(
        path: impl Into<String>,
        id: impl Into<String>,
        handler: H,
    ) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, id, handler)
    }

    /// What it does, under a heading.
    pub(crate) fn about(mut self, tag: &'static str, summary: impl Into<String>) -> Self {
        self.tag = tag;
        self.summary = summary.into();
        self
    }

    /// Who may call it. What decides is in [`crate::rights`]; this is for people.
    pub(crate) fn needs(mut self, needs: &'static str) -> Self {
        self.needs = needs;
        self
    }

    /// Nobody has to be signed in.
    pub(crate) fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Its parameters after the question mark.
    pub(crate) fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(Box::new(|generator| generator.root_schema_for::<T>()));
        self
    }

    /// Others put more after the question mark, and it is not this service's to refuse.
    pub(crate) fn any_query(mut self) -> Self {
        self.any_query = true;
        self
    }

    /// What is sent.
    pub(crate) fn body<T: JsonSchema>(self) -> Self {
        self.body_of(|generator| generator.subschema_for::<T>())
    }

    /// What is sent, by its schema.
    pub(crate) fn body_of(mut self, describe: impl Fn(&mut SchemaGenerator) -> Schema + Send + Sync + 'static) -> Self {
        self.body = Some(Box::new(describe));
        self
    }

    /// What is answered.
    pub(crate) fn answers<T: JsonSchema>(self, status: StatusCode, about: &'static str) -> Self {
        self.answers_of(status, about, |generator| generator.subschema_for::<T>())
    }

    /// What is answered, by its schema.
    pub(crate) fn answers_of(
        mut self,
        status: StatusCode,
        about: &'static str,
        describe: impl Fn(&mut SchemaGenerator) -> Schema + Send + Sync + 'static,
    ) -> Self {
        let content = vec![("application/json", Some(Box::new(describe) as Describe))];
        self.answers.push(Answer { status, about, content });
        self
    }

    /// An answer that is no JSON.
    pub(crate) fn answers_text(mut self, status: StatusCode, about: &'static str, content: &'static str) -> Self {
        self.answers.push(Answer { status, about, content: vec![(content, None)] });
        self
    }

    /// The answer before may be text of another type as well.
    pub(crate) fn or_text(mut self, content: &'static str) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.content.push((content, None));
        }
        self
    }

    /// An answer without content.
    pub(crate) fn answers_nothing(mut self, status: StatusCode, about: &'static str) -> Self {
        self.answers.push(Answer { status, about, content: vec![] });
        self
    }
}
