//! Describing a warehouse: the first step of connecting one, and its settings afterwards.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::frame::beginning;
use crate::api::{Expected, Versioned, to};
use crate::form::Form;
use crate::pages::deleting::deleted;
use crate::parts::{area, choice, deleting, head, hidden, input, meanwhile, section};
use crate::problem::Problem;
use crate::visit::{Visit, done};

pub(super) async fn new(visit: Visit) -> Result<Response, Problem> {
    let known =
        json!({ "engine": "postgresql", "host": "", "user": "scrim_system", "views": { "schema": "governed" } });
    Ok(visit.page("Connect a warehouse", beginning_anew(&visit, &Written::of(&known), html! {})))
}

fn beginning_anew(visit: &Visit, written: &Written, told: Markup) -> Markup {
    html! {
        (head("Connect a warehouse", "First of three steps: describe it, install what Scrim needs there, check it.", html! {}))
        (told)
        @if !visit.me.has(&["APPLICATION_ADMIN"]) { p.muted { "Somebody with APPLICATION_ADMIN can connect it." } }
        form.stacked method="post" action="/new-integration" {
            (section("The warehouse", html! { (input("name", "Name", &written.name, "what people call it here")) (fields(written)) }))
            div { button.main { "Go on to the installation" } }
        }
    }
}

/// What stands in the fields of a form.
struct Written {
    name: String,
    texts: Vec<(&'static str, String)>,
}

/// The fields that are texts of the document, in its words; those with a dot stand in a part of it.
const FIELDS: &[&str] = &[
    "description",
    "engine",
    "host",
    "port",
    "database",
    "tls",
    "user",
    "password_in",
    "password_at",
    "databases",
    "schema",
    "monitored",
];

impl Written {
    fn of(document: &Value) -> Self {
        let text = |value: &Value| {
            value.as_str().map_or_else(
                || match value {
                    Value::Null => String::new(),
                    other => other.to_string(),
                },
                str::to_owned,
            )
        };
        let many = |value: Option<&Value>, field: &str| {
            let all = value.and_then(Value::as_array).into_iter().flatten();
            let named = all.filter_map(|one| if field.is_empty() { one.as_str() } else { one.get(field)?.as_str() });
            named.collect::<Vec<_>>().join("\n")
        };
        let secret = |form: &str| document.get("password").and_then(|password| password.get(form)).map(&text);
        let value = |field: &'static str| match field {
            "password_in" => {
                if secret("file").is_some() {
                    "file".to_owned()
                } else {
                    "env".to_owned()
                }
            }
            "password_at" => secret("file").or_else(|| secret("env")).unwrap_or_default(),
            "databases" => many(document.get("databases"), ""),
            "monitored" => many(document.get("monitored"), "schema"),
            "schema" => document.get("views").and_then(|views| views.get("schema")).map(&text).unwrap_or_default(),
            field => document.get(field).map(&text).unwrap_or_default(),
        };
        let name = document.get("name").map(&text).unwrap_or_default();
        Self { name, texts: FIELDS.iter().map(|field| (*field, value(field))).collect() }
    }

    fn sent(form: &Form) -> Self {
        let texts = FIELDS.iter().map(|field| (*field, form.text(field).to_owned()));
        Self { name: form.text("name").to_owned(), texts: texts.collect() }
    }

    /// The fields that say something else than another form does.
    fn differing(&self, other: &Self) -> Vec<(&'static str, &str)> {
        let texts = self.texts.iter().map(|(field, text)| (*field, text.as_str()));
        texts.filter(|(field, text)| other.text(field) != *text).collect()
    }

    fn text(&self, field: &str) -> &str {
        self.texts.iter().find(|(known, _)| *known == field).map_or("", |(_, value)| value)
    }

    /// Refuses what the API could not read: without these there is no integration.
    fn complete(&self) -> Result<(), Problem> {
        let needed = [("Name", self.name.as_str()), ("Database", self.text("database"))];
        let empty: Vec<&str> = needed.iter().filter(|(_, text)| text.is_empty()).map(|(label, _)| *label).collect();
        match empty.as_slice() {
            [] => Ok(()),
            [one] => Err(Problem::malformed(format!("the field `{one}` is empty: write what belongs there"))),
            more => Err(Problem::malformed(format!("these fields are empty: {}", more.join(", ")))),
        }
    }

    /// The document that stands, with what is written: what the form has no field for stays as it is.
    fn onto(&self, document: Value) -> Result<Value, Problem> {
        let mut fields = match document {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let mut set = |field: &str, value: Value| match value {
            Value::Null => drop(fields.remove(field)),
            value => drop(fields.insert(field.to_owned(), value)),
        };
        for field in ["description", "engine", "host", "database", "tls", "user"] {
            set(field, some(self.text(field)).map_or(Value::Null, Value::from));
        }
        let port = some(self.text("port")).map(str::parse::<u16>).transpose();
        set(
            "port",
            port.map_err(|_| Problem::malformed("the port is no number from 0 to 65535"))?
                .map_or(Value::Null, Value::from),
        );
        let form = if self.text("password_in") == "file" { "file" } else { "env" };
        set("password", some(self.text("password_at")).map_or(Value::Null, |at| json!({ form: at })));
        let databases: Vec<_> = lines(self.text("databases")).collect();
        set("databases", if databases.is_empty() { Value::Null } else { json!(databases) });
        let before = fields.get("monitored").and_then(Value::as_array).cloned().unwrap_or_default();
        let one = |schema: &str| {
            let known = before.iter().find(|one| one.get("schema").and_then(Value::as_str) == Some(schema));
            known.cloned().unwrap_or_else(|| json!({ "schema": schema }))
        };
        let monitored: Vec<_> = lines(self.text("monitored")).map(one).collect();
        if monitored.is_empty() {
            fields.remove("monitored")
        } else {
            fields.insert("monitored".to_owned(), json!(monitored))
        };
        if let Some(schema) = some(self.text("schema")) {
            match fields.entry("views").or_insert_with(|| json!({})) {
                Value::Object(views) => drop(views.insert("schema".to_owned(), json!(schema))),
                other => *other = json!({ "schema": schema }),
            }
        }
        Ok(Value::Object(fields))
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn fields(written: &Written) -> Markup {
    let tls = [
        ("", "the engine's usual"),
        ("disable", "never"),
        ("prefer", "if the server can"),
        ("require", "always, certificate not checked"),
        ("verify-ca", "always, of a known authority"),
        ("verify-full", "always, of a known authority for this host"),
    ];
    html! {
        (input("description", "Description", written.text("description"), ""))
        div.row {
            (choice("engine", "Engine", written.text("engine"), &[("postgresql", "PostgreSQL"), ("redshift", "Amazon Redshift")]))
            (input("host", "Host", written.text("host"), "a name or an address; empty: localhost"))
            (input("port", "Port", written.text("port"), "empty: 5432, on Redshift 5439"))
            (input("database", "Database", written.text("database"), "needed: where the views are made"))
            (choice("tls", "Encrypted", written.text("tls"), &tls))
        }
        div.row {
            (input("user", "Login of the service", written.text("user"), "made by the installation if it is not there; empty: scrim_system"))
            (choice("password_in", "Its password is in", written.text("password_in"), &[("env", "an environment variable"), ("file", "a file")]))
            (input("password_at", "Variable or path", written.text("password_at"), "one that the settings of the service allow (secrets); never the password itself"))
        }
        div.row {
            (input("schema", "Schema of the views", written.text("schema"), "where people find what they may read"))
            (area("databases", "Databases whose tables may be governed", written.text("databases"), 2, "one a line; empty: the one above"))
            (area("monitored", "Monitored schemas", written.text("monitored"), 2, "one a line, * for any characters: their tables become data sources by themselves"))
        }
    }
}

pub(super) async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let written = Written::sent(&form);
    let made = async {
        written.complete()?;
        let mut document = written.onto(json!({}))?;
        if let Value::Object(fields) = &mut document {
            fields.insert("kind".to_owned(), json!("integration"));
            fields.insert("name".to_owned(), json!(written.name));
        }
        // What has this name already is not written over.
        visit.api.put(to!("/api/v1/integrations/{}", written.name), &document, Expected::Absent).await
    };
    match made.await {
        Ok(_) => Ok(done(
            &to!("/integrations/{}/install", written.name),
            "The warehouse is described. Install what Scrim needs there.",
        )),
        Err(problem) if matches!(problem.status, 401 | 403) => Err(problem),
        Err(problem) => {
            Ok(visit.answer(status(&problem), "Connect a warehouse", beginning_anew(&visit, &written, problem.told())))
        }
    }
}

fn status(problem: &Problem) -> StatusCode {
    problem.code()
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let Versioned { body, version } = visit.api.versioned(to!("/api/v1/integrations/{}", name)).await?;
    let written = Written::of(&Value::Object(body));
    Ok(visit.page(&name, form_of(&visit, &name, &written, &version, html! {}, None)))
}

/// The form; `version` is that of the document which it began from.
fn form_of(visit: &Visit, name: &str, written: &Written, version: &str, told: Markup, opens: Option<&str>) -> Markup {
    let admin = visit.me.has(&["APPLICATION_ADMIN"]);
    html! {
        (beginning(visit, name, "Settings"))
        (told)
        form.stacked method="post" action=(to!("/integrations/{}/settings", name)) {
            (hidden("version", version))
            @if let Some(label) = opens { (hidden("confirm", "true")) p { strong { (label) } } }
            fieldset disabled[!admin] { legend { "The warehouse" } (fields(written)) }
            @if admin { div { button.main { @if opens.is_some() { "Do it anyway" } @else { "Save" } } } }
            @else { p.muted { "Somebody with APPLICATION_ADMIN can change it." } }
        }
        @if admin {
            (section("Delete", deleting(&to!("/integrations/{}/delete", name), name, "Nothing in the warehouse is taken away by that, and a data source must not belong to it.")))
        }
    }
}

pub(super) async fn change(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let path = to!("/api/v1/integrations/{}", name);
    let document = visit.api.versioned(&path).await?;
    let written = Written { name: name.clone(), ..Written::sent(&form) };
    let stands = Written::of(&Value::Object(document.body.clone()));
    let version = form.some("version").unwrap_or(&document.version);
    let confirm = if form.has("confirm") { "?confirm=true" } else { "" };
    let changed = async {
        written.complete()?;
        let document = written.onto(Value::Object(document.body))?;
        visit.api.put(path + confirm, &document, Expected::Version(version)).await
    };
    match changed.await {
        Ok(_) => Ok(done(&to!("/integrations/{}/settings", name), "The settings are saved.")),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let opens = problem.is("opens").then_some("This opens data to people who cannot see it now.");
            let overtaken = problem.status == 412;
            let told = html! { (problem.told()) @if overtaken { (meanwhile(&stands.differing(&written))) } };
            let version = if overtaken { &document.version } else { version };
            Ok(visit.answer(status(&problem), &name, form_of(&visit, &name, &written, version, told, opens)))
        }
    }
}

pub(super) async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let (path, page) = (to!("/api/v1/integrations/{}", name), to!("/integrations/{}", name));
    deleted(&visit, &path, &form, &page, "/integrations").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_has_no_field_for_stays() {
        let document = json!({
            "kind": "integration", "name": "w", "engine": "redshift", "host": "h", "port": 5439, "database": "d", "user": "u",
            "password": { "file": "/run/secret" }, "tls": "verify-full", "databases": ["d", "e"], "readers": "analysts",
            "views": { "schema": "governed", "name": "{table}_v" },
            "monitored": [{ "schema": "raw_*", "owners": [{ "user": "o" }] }]
        });
        assert_eq!(Written::of(&document).onto(document.clone()).unwrap(), document);
    }

    #[test]
    fn what_is_emptied_is_taken_away() {
        let document = json!({ "engine": "postgresql", "description": "x", "port": 1, "password": { "env": "P" }, "monitored": [{ "schema": "s" }] });
        let empty = Written {
            name: String::new(),
            texts: vec![("engine", "postgresql".to_owned()), ("monitored", " \n\n".to_owned())],
        };
        assert_eq!(empty.onto(document).unwrap(), json!({ "engine": "postgresql" }));
        let named = Written { name: "w".to_owned(), texts: vec![("database", "d".to_owned())] };
        assert!(named.complete().is_ok() && empty.complete().is_err());
        let wrong = Written { name: String::new(), texts: vec![("port", "65536".to_owned())] };
        assert!(wrong.onto(json!({})).is_err());
    }
}
