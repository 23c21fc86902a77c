//! Long computations, away from the threads that answer requests.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::Catalog;
use scrim_store::AsOf;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::{App, Problem};

/// How many run at once; others wait, so that they take no memory yet.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Computes something on a thread that may take its time.
///
/// # Errors
/// When it breaks.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let turn = TURNS.acquire().await.map_err(|error| Problem::internal(&error))?;
    // The turn ends with the work, also when nobody waits for it any more.
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    done.await.map_err(|error| Problem::internal(&error))
}

/// A catalog, and the moment at which it is looked at.
pub(crate) struct Then {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) at: DateTime<Utc>,
}

/// The catalog as it was at a moment; as it is, when none is given.
///
/// # Errors
/// When what was then is no catalog to this version, or cannot be read.
pub(crate) async fn at(app: &App, moment: Option<DateTime<Utc>>) -> Result<Then, Problem> {
    let Some(at) = moment else {
        return Ok(Then { catalog: Arc::clone(&app.registry().world().catalog), at: app.now() });
    };
    let (registry, here) = (Arc::clone(app.registry()), Handle::current());
    let world = compute(move || here.block_on(registry.as_of(AsOf::Moment(at)))).await??;
    Ok(Then { catalog: world.catalog, at })
}
