//! Tokens that are not valid: whoever shows one is nobody, and may show another at once. They are counted, and told of in two
//! entries of the audit trail a minute at most, so that nobody fills it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use scrim_registry::Asked;
use scrim_store::{ActorKind, Outcome, Via};
use serde_json::json;

use crate::App;

/// So long they are only counted.
const QUIET: Duration = Duration::from_secs(60);
/// So many addresses are told.
const ADDRESSES: usize = 10;

/// What was not told yet.
#[derive(Default)]
pub(crate) struct Strangers(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    quiet: bool,
    times: u64,
    addresses: BTreeSet<IpAddr>,
}

impl Strangers {
    /// Counts one, and tells of it: at once, or with others later.
    pub(crate) async fn seen(&self, app: &App, address: Option<IpAddr>) {
        let first = {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            counted.times += 1;
            if counted.addresses.len() < ADDRESSES {
                counted.addresses.extend(address);
            }
            !std::mem::replace(&mut counted.quiet, true)
        };
        if first {
            self.tell(app).await;
            let app = app.clone();
            tokio::spawn(async move {
                tokio::time::sleep(QUIET).await;
                app.strangers().tell(&app).await;
                app.strangers().0.lock().unwrap_or_else(PoisonError::into_inner).quiet = false;
            });
        }
    }

    /// Tells of those that were only counted.
    pub(crate) async fn tell(&self, app: &App) {
        let (times, addresses) = {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut counted.times), std::mem::take(&mut counted.addresses))
        };
        if times == 0 {
            return;
        }
        let asked = Asked {
            at: app.now(),
            actor: String::new(),
            actor_kind: ActorKind::Token,
            via: Via::Token,
            request: String::new(),
            address: addresses.first().map(ToString::to_string),
            action: "token.show".to_owned(),
            object: None,
        };
        let details = json!({ "status": 401, "times": times, "addresses": addresses });
        let by = Some("tokens that are not valid: expired, revoked, or nobody's".to_owned());
        app.reads().add(asked.audit(Outcome::Refused, by, details)).await;
    }
}
