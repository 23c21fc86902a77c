//! Since when there is a webhook.

use scrim_catalog::Kind;
use scrim_store::{Store, StoreError};

/// The number of the event that a webhook was made by: it is told of later ones. One that was deleted and made again begins
/// anew, without the deliveries and the secret of the one before. Nothing where there is none.
///
/// # Errors
/// When the database cannot be read.
pub async fn life(store: &Store, webhook: &str) -> Result<Option<u64>, StoreError> {
    let versions = store.versions(Kind::Webhook.as_str(), webhook).await?;
    Ok(versions.iter().take_while(|version| version.body.is_some()).last().map(|first| first.sequence))
}
