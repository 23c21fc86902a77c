//! Changes, each in one transaction, through the stored procedures.

use rustls::crypto::CryptoProvider;
use scrim_sql::calls::redshift::{Calls, ViewCall};
use sha2::{Digest, Sha256};
use tokio_postgres::error::SqlState;

use super::session::Failed;
use super::{Redshift, while_doing};
use crate::change::{Refused, Unmask, UserChange, ViewChange, json};
use crate::error::{WarehouseError, describe};

impl Redshift {
    pub(crate) async fn claim(&self) -> Result<i64, WarehouseError> {
        let failed = while_doing("taking over");
        let rows = self.home.rows(&self.calls.claim(self.leads_since)).await.map_err(|error| match error.code() {
            Some(&SqlState::QUERY_CANCELED) => WarehouseError::Busy,
            _ => failed(error),
        })?;
        let epoch = rows.first().and_then(|row| row.first()).and_then(Option::as_deref);
        epoch.and_then(|text| text.parse().ok()).ok_or_else(|| WarehouseError::unread("the number of the push"))
    }

    pub(crate) async fn apply_profiles(&mut self, epoch: i64, changes: &[UserChange]) -> Result<(), WarehouseError> {
        let rows: Vec<_> = changes
            .iter()
            .flat_map(|change| {
                let removed = change.removed.iter().map(|row| (false, change.login.as_str(), row));
                removed.chain(change.added.iter().map(|row| (true, change.login.as_str(), row)))
            })
            .collect();
        let mut statements = vec![self.calls.hold(epoch)];
        statements.extend(self.calls.stage_profiles(epoch, &rows));
        statements.push(self.calls.apply_profiles(epoch));
        self.home.transaction(&statements).await.map_err(while_doing("changing profiles"))
    }

    pub(crate) async fn close(&self, epoch: i64, key: &str, reason: &str) -> Result<(), WarehouseError> {
        let statement = self.calls.close_source(epoch, key, reason);
        self.home.transaction(&[statement]).await.map_err(while_doing("closing a data source"))
    }

    pub(crate) async fn apply_view(&mut self, epoch: i64, change: &ViewChange) -> Result<(), Refused> {
        let base = json(&(&change.base, &change.lookups));
        let (base_columns, reads) = (json(&change.base_columns), json(&change.rendered.reads));
        let columns: Vec<&str> = change.rendered.columns.iter().map(|name| name.as_str()).collect();
        let shape = hex::encode(Sha256::digest(json(&(columns, &change.base_columns))));
        let call = ViewCall {
            epoch,
            key: &change.key,
            data_source: &change.data_source,
            view: &change.view,
            rendered: &change.rendered,
            hash: &change.hash,
            audience: change.audience.as_deref(),
            base: &base,
            base_columns: &base_columns,
            shape: &shape,
            reads: &reads,
        };
        // The lease first: what is staged must not meet what another push stages.
        let mut statements = vec![self.calls.hold(epoch)];
        for salted in &change.rendered.salted {
            statements.push(self.calls.stage_salt(epoch, &salted.scope, &salted.name, &salt()?));
        }
        statements.extend(self.calls.apply_view(&call).map_err(|long| Refused::Statement(long.to_string()))?);
        statements.extend(change.forgotten.iter().map(|key| self.calls.forget_statistic(epoch, &change.key, key)));
        self.home.transaction(&statements).await.map_err(refused)
    }

    pub(crate) async fn refresh(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        let failed = while_doing("looking at what is counted");
        let counted = self.home.rows(&self.calls.counted()).await.map_err(|error| Refused::Stop(failed(error)))?;
        let ours = counted.iter().filter_map(|row| match row.as_slice() {
            [Some(statistic), Some(source), ..] if source == key => Some(statistic),
            _ => None,
        });
        for statistic in ours {
            let statements =
                [Calls::UNHURRIED.to_owned(), self.calls.refresh(epoch, statistic), Calls::HURRIED.to_owned()];
            self.home.transaction(&statements).await.map_err(refused)?;
        }
        Ok(())
    }

    pub(crate) async fn resolve(&self, unmask: &Unmask<'_>) -> Result<Option<String>, WarehouseError> {
        let Unmask { key, table, column, token, requested_by, approved_by, reason } = *unmask;
        let statement = self.calls.resolve(key, table, column, token, requested_by, approved_by, reason);
        // Each one that ran has left a record: it is for whoever asked to ask again.
        let rows = self.home.rows_once(&statement).await.map_err(while_doing("resolving a token"))?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    pub(crate) async fn drop_view(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        self.home.transaction(&[self.calls.drop_view(epoch, key)]).await.map_err(refused)
    }
}

/// A new salt, from the operating system: Redshift has no source of secrets.
fn salt() -> Result<String, Refused> {
    let mut bytes = [0_u8; 32];
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).map_err(|_| Refused::Stop(WarehouseError::NoRandomness))?;
    Ok(hex::encode(bytes))
}

fn refused(failed: Failed) -> Refused {
    match failed {
        Failed::Connection(error) => Refused::Stop(error),
        Failed::Statement(error) => match error.as_db_error() {
            Some(server) if server.code() == &SqlState::DEPENDENT_OBJECTS_STILL_EXIST => {
                Refused::Blocked(server.detail().unwrap_or_default().replace('\n', "; "))
            }
            Some(server) if server.message().starts_with("SC001") => Refused::Stop(WarehouseError::TakenOver),
            Some(server) if server.code() == &SqlState::QUERY_CANCELED => Refused::TimedOut,
            Some(_) => Refused::Statement(describe(&error)),
            None => Refused::Stop(WarehouseError::statement("changing a view")(error)),
        },
    }
}
