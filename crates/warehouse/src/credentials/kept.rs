//! A login that is kept until it is nearly worthless, and fetched by one caller for all.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::Login;

/// So long before its end a login is replaced, or for the last third of its life if that is less: who has got it
/// still has to connect with it.
const BEFORE_THE_END: TimeDelta = TimeDelta::minutes(5);

/// A login, and how long it is valid.
pub(super) struct Fresh {
    pub(super) login: Login,
    pub(super) life: TimeDelta,
}

/// The last answer.
#[derive(Default)]
pub(super) struct Kept {
    /// How many answers there have been.
    answers: AtomicU64,
    last: Mutex<Option<Result<Until, String>>>,
}

struct Until {
    login: Login,
    end: DateTime<Utc>,
}

impl Kept {
    /// The login that is kept, or a new one. Whoever waits while another caller fetches it gets the same answer, also
    /// when it is a failure: to ask again for each of them would make all the others wait.
    pub(super) async fn get<F>(&self, now: DateTime<Utc>, fetch: impl FnOnce() -> F) -> Result<Login, String>
    where
        F: Future<Output = Result<Fresh, String>>,
    {
        let before = self.answers.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let new = self.answers.load(Ordering::SeqCst) != before;
        match last.as_ref() {
            Some(Ok(kept)) if new || now < kept.end => return Ok(kept.login.clone()),
            Some(Err(reason)) if new => return Err(reason.clone()),
            _ => {}
        }
        let answer = fetch()
            .await
            .map(|fresh| Until { login: fresh.login, end: now + fresh.life - BEFORE_THE_END.min(fresh.life / 3) });
        let result = answer.as_ref().map(|kept| kept.login.clone()).map_err(Clone::clone);
        *last = Some(answer);
        self.answers.fetch_add(1, Ordering::SeqCst);
        result
    }
}
