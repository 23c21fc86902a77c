//! Warehouses: how they stand, and what an administrator does with them.

mod administered;
mod bootstrap;
mod drift;
mod reconcile;
mod states;
mod status;

use http::StatusCode;

use crate::endpoint::Endpoint;

const TAG: &str = "Integrations";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const SEES: &str = "APPLICATION_ADMIN, GOVERNANCE or AUDIT";
    const OPERATES: &str = "APPLICATION_ADMIN";
    vec![
        Endpoint::get("/api/v1/status", "status", status::run)
            .about("Service", "Tells how the service and its warehouses stand")
            .needs(SEES)
            .answers::<status::Status>(StatusCode::OK, "How they stand."),
        Endpoint::get("/api/v1/integrations/{name}/sync", "sync_of_integration", states::of_integration)
            .about(TAG, "Tells how far a warehouse is, as a whole and for each data source")
            .needs(SEES)
            .answers::<states::Sync>(StatusCode::OK, "How far it is."),
        Endpoint::get("/api/v1/data-sources/{name}/sync", "sync_of_data_source", states::of_source)
            .about(TAG, "Tells how far the warehouse is with a data source")
            .needs("to own the data source, or APPLICATION_ADMIN, GOVERNANCE or AUDIT")
            .answers::<states::State>(StatusCode::OK, "How far it is."),
        Endpoint::post("/api/v1/integrations/{name}/reconcile", "reconcile", reconcile::run)
            .about(TAG, "Asks for a push now: everything is compared with what the warehouse has")
            .needs(OPERATES)
            .query::<reconcile::Asking>()
            .answers_nothing(StatusCode::ACCEPTED, "It is asked for."),
        Endpoint::post("/api/v1/integrations/{name}/drift", "drift", drift::run)
            .about(TAG, "Compares the warehouse with the catalog, and changes nothing")
            .needs(SEES)
            .answers::<Vec<scrim_sync::Difference>>(StatusCode::OK, "What is different."),
        Endpoint::post("/api/v1/integrations/{name}/check", "check_integration", administered::check)
            .about(TAG, "Tells who gets around the views, as an administrator of the warehouse; changes nothing")
            .needs(OPERATES)
            .body::<administered::Administrator>()
            .answers::<Vec<scrim_warehouse::Finding>>(StatusCode::OK, "What was found."),
        Endpoint::post("/api/v1/integrations/{name}/install", "install_integration", administered::install)
            .about(TAG, "Makes what Scrim needs in the warehouse, as an administrator of it; may be done again")
            .needs(OPERATES)
            .body::<administered::Administrator>()
            .answers::<administered::Installed>(StatusCode::OK, "It is installed."),
        Endpoint::get("/api/v1/integrations/{name}/bootstrap-script", "bootstrap_script", bootstrap::run)
            .about(TAG, "Shows the SQL by which an administrator of the warehouse makes what Scrim needs")
            .needs(OPERATES)
            .answers::<bootstrap::Script>(StatusCode::OK, "The script."),
    ]
}
