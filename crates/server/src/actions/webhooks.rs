//! Webhooks beside their documents: secrets, trying one, and what was sent.

mod deliveries;
mod redeliver;
mod secret;
mod test;

use http::StatusCode;
use scrim_catalog::{Catalog, Change, Document, Kind, Name, nearest};
use scrim_registry::{Asked, event_names, origin};

use crate::actions::objects::change::name;
use crate::caller::{Caller, refuse};
use crate::endpoint::Endpoint;
use crate::page::{Page, Paging};
use crate::problem::FieldError;
use crate::rights::{Action, may};
use crate::{App, Problem};

const TAG: &str = "Webhooks";
const NEEDS: &str = "APPLICATION_ADMIN";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/api/v1/webhooks/{name}";
    vec![
        Endpoint::post(format!("{ONE}/secret"), "rotate_webhook_secret", secret::run)
            .about(TAG, "Makes a new secret for a webhook; it is shown this once")
            .needs(NEEDS)
            .body::<secret::Rotation>()
            .answers::<secret::Made>(StatusCode::CREATED, "The secret."),
        Endpoint::post(format!("{ONE}/test"), "test_webhook", test::run)
            .about(TAG, "Sends a `webhook.test` event now, and answers what came of it")
            .needs(NEEDS)
            .answers::<test::Outcome>(StatusCode::OK, "What came of it, good or not."),
        Endpoint::get(format!("{ONE}/deliveries"), "list_deliveries", deliveries::run)
            .about(TAG, "Lists what was sent to a webhook and is to be, newest first, with every attempt")
            .needs(NEEDS)
            .query::<Paging>()
            .answers::<Page<deliveries::Delivery>>(StatusCode::OK, "A page of deliveries."),
        Endpoint::post(format!("{ONE}/deliveries/{{number}}/redeliver"), "redeliver", redeliver::run)
            .about(TAG, "Delivers once more, whatever became of it; under the same id, so that receivers notice")
            .needs(NEEDS)
            .answers_nothing(StatusCode::ACCEPTED, "It is in the queue."),
    ]
}

/// The name of a webhook that the caller may look after, and what allows it.
///
/// # Errors
/// When there is no such webhook, or the caller may not.
async fn allowed(app: &App, caller: &Caller, action: &str, text: &str) -> Result<(Asked, Name, &'static str), Problem> {
    let name = name(text)?;
    let asked = caller.about(action, Kind::Webhook, &name);
    let world = app.registry().world();
    let found = |by| if world.catalog.has(Kind::Webhook, &name) { Ok(by) } else { Err(missing(&name)) };
    match may(&caller.actor, &world.catalog, Action::Webhooks).required().and_then(found) {
        Ok(by) => Ok((asked, name, by)),
        Err(problem) => Err(refuse(app, &asked, problem).await),
    }
}

fn missing(name: &Name) -> Problem {
    Problem::not_found(format!("there is no webhook `{name}`"))
}

/// Refuses webhooks to where nothing may be sent, and of events that there are none of. What stays as it is was there before the
/// rules.
///
/// # Errors
/// At the field, when there is one.
pub(crate) fn check(app: &App, before: &Catalog, changes: &[Change]) -> Result<(), Problem> {
    for change in changes {
        let Change::Put(Document::Webhook(webhook)) = change else { continue };
        let name = webhook.name.value();
        let known = before.webhooks.get(name);
        let wrong = |pointer: String, detail: String, help: Option<String>| {
            let document = (changes.len() > 1).then(|| format!("{}/{name}", Kind::Webhook.plural()));
            Err(Problem::invalid(vec![FieldError { document, pointer, detail, help }]))
        };
        let same = known.is_some_and(|known| known.url == webhook.url);
        if !same && let Err(error) = app.settings().notify.targets.check(&webhook.url) {
            return wrong("/url".to_owned(), error.to_string(), None);
        }
        for (at, glob) in webhook.events.iter().enumerate() {
            if known.is_some_and(|known| known.events.contains(glob))
                || event_names().any(|event| glob.is_match(&event))
            {
                continue;
            }
            let meant: Vec<String> =
                Kind::ALL.iter().map(|kind| format!("{}.*", origin(*kind))).chain(event_names()).collect();
            let near = nearest(glob.as_str(), meant.iter().map(String::as_str));
            let help = near.map_or("docs/webhooks.md lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            return wrong(format!("/events/{at}"), format!("no event is called `{}`", glob.as_str()), Some(help));
        }
    }
    Ok(())
}
