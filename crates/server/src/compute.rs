//! Long computations, away from the threads that answer requests.

use tokio::sync::Semaphore;

use crate::Problem;

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
