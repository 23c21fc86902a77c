use crate::route::Route;
pub(super) fn routes() -> Vec<Route> {
    vec![]
}
