//! Secrets: kept sealed, by an id.

use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};

use crate::ask::Ask;
use crate::sealing::Sealer;
use crate::{SealingKey, Store, StoreError};

/// What is sealed as the proof of a key. No secret has this id: they are not empty.
const PROOF: &str = "";
const PROVEN: &[u8] = b"scrim";

impl Store {
    /// Seals a secret and keeps it, in place of the one before.
    ///
    /// # Errors
    /// When it cannot be written; [`StoreError::OtherKey`] when the key was changed since by another replica.
    pub async fn put_secret(&self, id: &str, secret: &SecretString) -> Result<(), StoreError> {
        let sealer = self.shared.sealer.read().await;
        let writing = self.writing().await?;
        self.prove(&sealer, self.proof(writing.on(), self.engine().and_lock()).await?.as_deref())?;
        let ask = Ask::to(
            "keep a secret",
            "INSERT INTO secrets (id, sealed) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
        );
        let sealed = sealer.seal(id, secret.expose_secret().as_bytes())?;
        ask.key("the id of a secret", id).bytes(&sealed).run(writing.on()).await?;
        writing.commit().await
    }

    /// A secret, if there is one of this id.
    ///
    /// # Errors
    /// [`StoreError::OtherKey`] when the key was changed since by another replica, [`StoreError::Unsealed`] when what is kept was
    /// not sealed for this id.
    pub async fn secret(&self, id: &str) -> Result<Option<SecretString>, StoreError> {
        // Held while reading, so that the key is not changed between.
        let sealer = self.shared.sealer.read().await;
        let ask = Ask::to("read a secret", "SELECT sealed FROM secrets WHERE id = $1").key("the id of a secret", id);
        let Some(row) = ask.one(self.connection()).await? else { return Ok(None) };
        let Some(text) = sealer.open(id, &row.bytes("sealed")?) else {
            self.prove(&sealer, self.proof(self.connection(), "").await?.as_deref())?;
            return Err(StoreError::Unsealed(id.to_owned()));
        };
        let text = std::str::from_utf8(&text).map_err(|_| StoreError::Unsealed(id.to_owned()))?;
        Ok(Some(SecretString::from(text)))
    }

    /// Forgets a secret; whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_secret(&self, id: &str) -> Result<bool, StoreError> {
        let ask = Ask::to("forget a secret", "DELETE FROM secrets WHERE id = $1").key("the id of a secret", id);
        Ok(self.write(ask).await? > 0)
    }

    /// The ids of all secrets, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn secret_ids(&self) -> Result<Vec<String>, StoreError> {
        Ask::to("list secrets", "SELECT id FROM secrets ORDER BY id")
            .each(self.connection(), |row| row.text("id"))
            .await
    }

    /// Seals everything with another key, or nothing. From then on this store uses it; other replicas must be started again
    /// with it, and are told so when they ask for a secret.
    ///
    /// # Errors
    /// [`StoreError::Unsealed`] when a secret does not open: delete it, or store it again, first.
    pub async fn rotate_key(&self, new: &SealingKey) -> Result<(), StoreError> {
        let new = Sealer::new(new)?;
        let mut old = self.shared.sealer.write().await;
        let writing = self.writing().await?;
        let on = writing.on();
        self.prove(&old, self.proof(on, self.engine().and_lock()).await?.as_deref())?;
        for row in Ask::to("read secrets", "SELECT id, sealed FROM secrets ORDER BY id").all(on).await? {
            let id = row.text("id")?;
            let text = old.open(&id, &row.bytes("sealed")?).ok_or_else(|| StoreError::Unsealed(id.clone()))?;
            let ask = Ask::to("seal a secret anew", "UPDATE secrets SET sealed = $1 WHERE id = $2");
            ask.bytes(&new.seal(&id, &text)?).key("the id of a secret", &id).run(on).await?;
        }
        let ask = Ask::to("note the sealing key", "UPDATE sealing SET sealed = $1");
        ask.bytes(&new.seal(PROOF, PROVEN)?).run(on).await?;
        writing.commit().await?;
        *old = new;
        Ok(())
    }

    /// Whether the key is the one of this database; the first key becomes it.
    pub(crate) async fn check_key(&self) -> Result<(), StoreError> {
        let sealer = self.shared.sealer.read().await;
        if self.proof(self.connection(), "").await?.is_none() {
            // Replicas may start together.
            let ask = "INSERT INTO sealing (only_row, sealed) VALUES (true, $1) ON CONFLICT DO NOTHING";
            self.write(Ask::to("note the sealing key", ask).bytes(&sealer.seal(PROOF, PROVEN)?)).await?;
        }
        self.prove(&sealer, self.proof(self.connection(), "").await?.as_deref())
    }

    async fn proof(&self, on: &impl ConnectionTrait, lock: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = Ask::to("read the proof of the sealing key", "SELECT sealed FROM sealing").and(lock).one(on).await?;
        row.map(|row| row.bytes("sealed")).transpose()
    }

    fn prove(&self, sealer: &Sealer, proof: Option<&[u8]>) -> Result<(), StoreError> {
        match proof.and_then(|proof| sealer.open(PROOF, proof)) {
            Some(text) if text.as_slice() == PROVEN => Ok(()),
            _ => Err(StoreError::OtherKey { at: self.shared.location.to_string() }),
        }
    }
}
