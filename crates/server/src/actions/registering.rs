//! What a warehouse has, and registering it; how its tables are watched.

mod confirm;
mod monitoring;
mod register;
mod schemas;
mod tables;

use http::StatusCode;
use scrim_catalog::documents::Integration;
use scrim_registry::Asked;

use crate::caller::{Caller, refuse};
use crate::endpoint::Endpoint;
use crate::page::Page;
use crate::rights::{Action, may};
use crate::{App, Problem};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/api/v1/integrations/{name}";
    const NEEDS: &str = "the permission CREATE_DATA_SOURCE or APPLICATION_ADMIN";
    vec![
        Endpoint::get(format!("{ONE}/schemas"), "list_schemas", schemas::run)
            .about(
                "Integrations",
                "Lists the schemas of the warehouse whose tables could be registered, as they are now",
            )
            .needs(NEEDS)
            .query::<crate::page::Paging>()
            .answers::<Page<schemas::Schema>>(StatusCode::OK, "A page of them."),
        Endpoint::get(format!("{ONE}/tables"), "list_tables", tables::run)
            .about("Integrations", "Lists the tables of a schema of the warehouse, as they are now")
            .needs(NEEDS)
            .query::<tables::Wanted>()
            .answers::<Page<tables::Table>>(StatusCode::OK, "A page of them."),
        Endpoint::post(format!("{ONE}/register"), "register_tables", register::run)
            .about("Integrations", "Registers tables as data sources, with the columns that they have")
            .needs("APPLICATION_ADMIN, or CREATE_DATA_SOURCE and a warehouse user who may read the tables")
            .query::<super::objects::Writing>()
            .body::<register::Wanted>()
            .answers::<register::Done>(StatusCode::OK, "What was made, and what was not, and why."),
        Endpoint::get(format!("{ONE}/monitoring"), "get_monitoring", monitoring::run)
            .about(
                "Integrations",
                "Tells how the tables of the warehouse are watched, and how long changes took to be protected",
            )
            .needs("the permission APPLICATION_ADMIN, GOVERNANCE or AUDIT")
            .answers::<scrim_reconciler::Monitoring>(StatusCode::OK, "How it stands."),
        Endpoint::post("/api/v1/data-sources/{name}/confirm", "confirm_data_source", confirm::run)
            .about("Data sources", "Confirms columns that are new or changed, or all that became of the table")
            .needs("to own the data source, or the permission GOVERNANCE or APPLICATION_ADMIN")
            .query::<super::objects::Writing>()
            .body::<confirm::Wanted>()
            .answers::<super::objects::Done>(StatusCode::OK, "What was done, or would be."),
    ]
}

/// The integration, for somebody who may look into its warehouse; and by what.
async fn opened(app: &App, caller: &Caller, asked: &Asked, name: &str) -> Result<(Integration, &'static str), Problem> {
    let world = app.registry().world();
    let by = match may(&caller.actor, &world.catalog, Action::Register).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(app, asked, problem).await),
    };
    let integration = world.catalog.integrations.get(name);
    let integration = integration.ok_or_else(|| Problem::not_found(format!("there is no integration `{name}`")))?;
    Ok((integration.item.clone(), by))
}
