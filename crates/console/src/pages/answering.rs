//! What is asked, and takes its time to be answered.

use std::future::Future;
use std::time::Duration;

use axum::response::Response;
use maud::{Markup, html};

use crate::frame;
use crate::problem::Problem;
use crate::visit::Visit;

/// So long is waited before the page is begun: a refusal is told by the status of the page, and comes sooner than this.
const PATIENCE: Duration = Duration::from_millis(150);

/// A page that ends with an answer: begun without it, where it takes long.
///
/// # Errors
/// When whoever asks may not, or there is nothing to ask.
pub(crate) async fn page<T, F, S>(
    visit: &Visit,
    title: &str,
    first: Markup,
    waiting: &str,
    call: F,
    shown: S,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<T, Problem>> + Send + 'static,
    S: FnOnce(T) -> Markup + Send + 'static,
{
    let mut call = Box::pin(call);
    match tokio::time::timeout(PATIENCE, &mut call).await {
        Ok(Ok(answer)) => Ok(visit.page(title, html! { (first) (shown(answer)) })),
        Ok(Err(problem)) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Ok(Err(problem)) => {
            let status = problem.code();
            Ok(visit.answer(status, title, html! { (first) (problem.told()) }))
        }
        Err(_) => {
            let first = html! { (first) (frame::waiting(waiting)) };
            Ok(visit.streamed(title, first, vec![frame::later(async move { Ok(shown(call.await?)) })]))
        }
    }
}
