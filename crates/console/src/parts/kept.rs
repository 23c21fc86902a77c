//! Forms that were refused: their page shows them again, with everything that was written and why it was refused.

use axum::response::Response;
use maud::{Markup, html};

use super::hidden;
use crate::form::Form;
use crate::problem::Problem;

/// What was sent by a form of a page and refused; nothing, where the page is merely looked at.
#[derive(Default)]
pub(crate) struct Kept(Option<Refused>);

struct Refused {
    /// Which form of the page it is.
    which: &'static str,
    form: Form,
    problem: Problem,
}

impl Kept {
    /// What a form was refused with.
    ///
    /// # Errors
    /// The problem itself, where whoever sent it may not: they would not be shown the form.
    pub(crate) fn of(which: &'static str, form: Form, problem: Problem) -> Result<Self, Problem> {
        match problem.status {
            401 | 403 => Err(problem),
            _ => Ok(Self(Some(Refused { which, form, problem }))),
        }
    }

    /// A form of the page.
    pub(crate) fn form(&self, which: &str) -> Again<'_> {
        Again(self.0.as_ref().filter(|refused| refused.which == which))
    }

    /// The page that shows the form again, with the status of the problem; the problem alone, where there is no such page.
    ///
    /// # Errors
    /// What the form was refused with.
    pub(crate) fn answer(self, page: Result<Response, Problem>) -> Result<Response, Problem> {
        let Some(Refused { problem, .. }) = self.0 else { return page };
        let Ok(mut page) = page else { return Err(problem) };
        *page.status_mut() = problem.code();
        Ok(page)
    }
}

/// A form, as it is shown: with what was written into it, where it was refused, and with what stands otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a>(Option<&'a Refused>);

impl<'a> Again<'a> {
    /// The same form, where a page has several that say by a hidden field what they are about.
    pub(crate) fn about(self, field: &str, value: &str) -> Self {
        Self(self.0.filter(|refused| refused.form.text(field) == value))
    }

    /// What is in a field.
    pub(crate) fn text(self, field: &str, stands: &'a str) -> &'a str {
        self.0.map_or(stands, |refused| refused.form.text(field))
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(self, field: &str, value: &str, stands: bool) -> bool {
        self.0.map_or(stands, |refused| refused.form.all(field).contains(&value))
    }

    /// Whether it is shown again.
    pub(crate) fn refused(self) -> bool {
        self.0.is_some()
    }

    /// Why it was refused.
    pub(crate) fn told(self) -> Markup {
        html! { @if let Some(refused) = self.0 { (refused.problem.told()) } }
    }

    /// Whether somebody else changed the document meanwhile.
    pub(crate) fn overtaken(self) -> bool {
        self.0.is_some_and(|refused| refused.problem.status == 412)
    }

    /// The version that the form is about: the one which it began from, until whoever sends it is shown what stands now.
    pub(crate) fn version(self, stands: &str) -> Markup {
        hidden("version", if self.overtaken() { stands } else { self.text("version", stands) })
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn refused(status: StatusCode) -> Result<Kept, Problem> {
        let fields = [("list", "members"), ("value", "anna"), ("box", "x"), ("version", "1")];
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Kept::of("add", fields.into(), Problem::of(status, b""))
    }

    #[test]
    fn what_was_written_stands_in_the_form_that_was_sent_and_in_no_other() {
        let kept = refused(StatusCode::UNPROCESSABLE_ENTITY).unwrap();
        let form = kept.form("add");
        assert_eq!(form.about("list", "members").text("value", ""), "anna");
        assert_eq!(form.about("list", "purposes").text("value", "as it stands"), "as it stands");
        assert_eq!(kept.form("edit").text("value", "as it stands"), "as it stands");
        assert!(form.ticked("box", "x", false) && !form.ticked("box", "y", true));
        assert!(kept.form("edit").ticked("box", "y", true));
    }

    #[test]
    fn nobody_overwrites_what_they_have_not_read() {
        let version = |kept: &Kept| kept.form("add").version("2").into_string();
        assert!(version(&refused(StatusCode::UNPROCESSABLE_ENTITY).unwrap()).contains("value=\"1\""));
        assert!(version(&refused(StatusCode::PRECONDITION_FAILED).unwrap()).contains("value=\"2\""));
        assert!(version(&Kept::default()).contains("value=\"2\""));
    }

    #[test]
    fn whoever_may_not_is_shown_no_form() {
        assert_eq!(refused(StatusCode::FORBIDDEN).err().map(|problem| problem.status), Some(403));
    }
}
