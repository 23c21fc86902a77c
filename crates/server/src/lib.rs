//! The web service: API, sign-in and rights, over the current catalog.
//!
//! A request passes, in this order: its id, its limits, who makes it ([`caller`]), its body ([`json`]), what is asked for
//! ([`actions`], one file each), who may ([`rights`]), and the registry, which writes the change with its events and its
//! audit entry in one transaction. Everything that can be called stands in one table ([`endpoint`]), of which routes and
//! OpenAPI document are made.

mod actions;
mod actor;
mod app;
mod audit;
mod caller;
mod compute;
mod credentials;
mod deputy;
mod endpoint;
mod forms;
mod json;
mod measuring;
mod oidc;
mod openapi;
mod page;
mod past;
mod problem;
mod protection;
mod reference;
mod rights;
mod router;
mod scim;
mod secrets;
mod settings;
mod strangers;
mod table;

pub use actions::setup::{SetupError, SetupToken, first_admin};
pub use app::App;
pub use credentials::throttle::network;
pub use oidc::{GroupClaim, OidcProvider, PermissionClaim, SecretSource};
pub use problem::{FieldError, Problem};
pub use router::{openapi, router, router_with};
pub use scim::ScimSettings;
pub use secrets::Secrets;
pub use settings::Settings;
