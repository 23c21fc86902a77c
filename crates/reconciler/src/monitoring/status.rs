//! How the watching stands: kept in the metadata database, so that every replica can tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use schemars::JsonSchema;
use scrim_catalog::Name;
use scrim_store::{Store, StoreError};
use scrim_warehouse::SchemaName;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

/// How many changes are remembered.
const REMEMBERED: usize = 50;
/// While nothing changes, it is written down so often that somebody looks.
const SELDOM: TimeDelta = TimeDelta::seconds(30);
/// So long after nobody waits for a push any more.
const LONGEST: Duration = Duration::from_secs(3600);

/// How the watching of the tables of an integration stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Monitoring {
    /// When the warehouse was looked at last; written down every half a minute while nothing changes.
    pub looked: Option<DateTime<Utc>>,
    /// The schemas that are watched.
    pub schemas: Vec<String>,
    /// Why it cannot be looked at, if so.
    pub trouble: Option<String>,
    /// Tables of monitored schemas that cannot become data sources, and why.
    pub refused: BTreeMap<String, String>,
    /// What changed in the warehouse, the last change first.
    pub noticed: Vec<Noticed>,
}

/// Something that changed in the warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Noticed {
    /// When it was seen.
    pub seen: DateTime<Utc>,
    /// The data sources that follow from it.
    pub data_sources: Vec<String>,
    /// When it was pushed: since then views and rights are as the policies say.
    pub protected: Option<DateTime<Utc>>,
    /// How long that took, in seconds.
    pub seconds: Option<f64>,
}

impl Monitoring {
    /// How it stands with an integration.
    ///
    /// # Errors
    /// When the metadata database cannot be read.
    pub async fn of(store: &Store, integration: &Name) -> Result<Self, StoreError> {
        let kept = store.setting(&key(integration)).await?;
        // What an older version wrote otherwise is written anew soon.
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
    }
}

fn key(integration: &Name) -> String {
    format!("monitoring/{integration}")
}

/// How it stands, for whoever watches.
pub(crate) struct Status {
    store: Store,
    integration: Name,
    known: Mutex<Monitoring>,
}

impl Status {
    pub(crate) async fn load(store: &Store, integration: &Name) -> Arc<Self> {
        let known = Monitoring::of(store, integration).await;
        let known = known.inspect_err(|error| tracing::warn!(%error, "how the watching stood cannot be read"));
        Arc::new(Self {
            store: store.clone(),
            integration: integration.clone(),
            known: Mutex::new(known.unwrap_or_default()),
        })
    }

    /// It was looked, at these schemas.
    pub(crate) async fn looked(&self, schemas: impl Iterator<Item = &SchemaName>) -> Result<(), StoreError> {
        let now = Utc::now().trunc_subsecs(6);
        let schemas: Vec<String> = schemas
            .map(|name| match &name.database {
                Some(database) => format!("{database}.{}", name.schema),
                None => name.schema.to_string(),
            })
            .collect();
        let mut known = self.known.lock().await;
        let recent = known.looked.is_some_and(|looked| now - looked < SELDOM);
        if recent && known.trouble.is_none() && known.schemas == schemas {
            return Ok(());
        }
        (known.looked, known.schemas, known.trouble) = (Some(now), schemas, None);
        self.write(&known).await
    }

    /// It cannot be looked.
    pub(crate) async fn troubled(&self, why: &str) {
        let mut known = self.known.lock().await;
        if known.trouble.as_deref() != Some(why) {
            known.trouble = Some(why.to_owned());
            self.try_to_write(&known).await;
        }
    }

    /// A table cannot become a data source.
    pub(crate) async fn refused(&self, table: &str, why: &str) {
        let mut known = self.known.lock().await;
        if known.refused.get(table).is_none_or(|known| known != why) {
            tracing::warn!(integration = %self.integration, table, why, "a table cannot follow the warehouse");
            known.refused.insert(table.to_owned(), why.to_owned());
            self.try_to_write(&known).await;
        }
    }

    /// Something changed, and follows from an event that is to be pushed. Waits for that, and measures it.
    pub(crate) fn protect(
        self: Arc<Self>,
        seen: (Instant, DateTime<Utc>),
        names: Vec<Name>,
        sequence: u64,
        mut pushed: watch::Receiver<u64>,
    ) {
        tokio::spawn(async move {
            let (began, at) = seen;
            let data_sources: Vec<String> = names.iter().map(ToString::to_string).collect();
            {
                let mut known = self.known.lock().await;
                let noticed = Noticed { seen: at, data_sources: data_sources.clone(), protected: None, seconds: None };
                known.refused.clear();
                known.noticed.insert(0, noticed);
                known.noticed.truncate(REMEMBERED);
                self.try_to_write(&known).await;
            }
            let pushed = pushed.wait_for(|pushed| *pushed >= sequence);
            if !matches!(tokio::time::timeout(LONGEST, pushed).await, Ok(Ok(_))) {
                return;
            }
            let seconds = began.elapsed().as_secs_f64();
            metrics::histogram!("scrim_monitoring_seconds", "integration" => self.integration.to_string())
                .record(seconds);
            tracing::info!(integration = %self.integration, seconds, sources = data_sources.len(), "a change of the warehouse is protected");
            let mut known = self.known.lock().await;
            let same = |noticed: &&mut Noticed| noticed.seen == at && noticed.data_sources == data_sources;
            if let Some(noticed) = known.noticed.iter_mut().find(same) {
                (noticed.protected, noticed.seconds) = (Some(Utc::now().trunc_subsecs(6)), Some(seconds));
            }
            self.try_to_write(&known).await;
        });
    }

    async fn write(&self, known: &Monitoring) -> Result<(), StoreError> {
        let body = serde_json::to_value(known).map_err(|error| StoreError::Unreadable {
            what: "how the watching stands".to_owned(),
            reason: error.to_string(),
        })?;
        self.store.set_setting(&key(&self.integration), &body).await
    }

    async fn try_to_write(&self, known: &Monitoring) {
        if let Err(error) = self.write(known).await {
            tracing::warn!(integration = %self.integration, %error, "how the watching stands cannot be written");
        }
    }
}
