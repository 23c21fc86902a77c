//! What a form sends: fields by name, some of them more than once.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequest, Request};
use http::StatusCode;

use crate::api::Service;
use crate::problem::Problem;

/// The fields of a form, in their order.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// A field; the empty text where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A field, exactly as it was written: a document, a text.
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A field that something was written into.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a box was ticked, or a button of that name pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every value of a field that something was written into.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// A secret, exactly as it was written.
    pub(crate) fn secret(&self, secret: Secret) -> &str {
        self.exact(secret.field())
    }

    /// Every field but secrets: what whoever sent it may be shown once more.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let secret = |name: &str| Secret::ALL.iter().any(|secret| secret.field() == name);
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(move |(name, _)| !secret(name))
    }
}

/// What people send that nobody is ever shown again. Each has a field of its own, on whichever page it is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Secret {
    Password,
    CurrentPassword,
    NewPassword,
    SetUpToken,
    /// The address at which an administrator signs in to a warehouse, with their password.
    AdminUrl,
}

impl Secret {
    const ALL: [Self; 5] = [Self::Password, Self::CurrentPassword, Self::NewPassword, Self::SetUpToken, Self::AdminUrl];

    /// The name of its field.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::CurrentPassword => "current_password",
            Self::NewPassword => "new_password",
            Self::SetUpToken => "setup_token",
            Self::AdminUrl => "admin_url",
        }
    }
}

/// The form that a request sent, once it was read: for the page that tells why nothing came of it.
#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<OnceLock<Form>>);

impl Sent {
    pub(crate) fn form(&self) -> Option<&Form> {
        self.0.get()
    }
}

#[cfg(test)]
impl From<Vec<(String, String)>> for Form {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

impl FromRequest<Service> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let sent = request.extensions().get::<Sent>().cloned();
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, service).await;
        // Browsers send every end of a line as two characters, whatever it was.
        let line_ends = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        let form = form.map(|form| Self(form.0.into_iter().map(line_ends).collect())).map_err(|error| {
            match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
                _ => Problem::malformed(error.body_text()),
            }
        })?;
        if let Some(sent) = sent {
            sent.0.get_or_init(|| form.clone());
        }
        Ok(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_shown_to_nobody() {
        let fields = Secret::ALL.map(|secret| (secret.field().to_owned(), "hunter2".to_owned()));
        let form = Form::from([fields.to_vec(), vec![("user".to_owned(), "anna".to_owned())]].concat());
        assert_eq!(form.secret(Secret::NewPassword), "hunter2");
        assert_eq!(form.fields().collect::<Vec<_>>(), [("user", "anna")]);
    }
}
