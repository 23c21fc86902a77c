//! Small things to remember.

use serde_json::Value;

use crate::ask::Ask;
use crate::{Store, StoreError};

impl Store {
    /// What was last set for a key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>, StoreError> {
        let ask =
            Ask::to("read a setting", "SELECT value FROM settings WHERE key = $1").key("the key of a setting", key);
        ask.one(self.connection()).await?.map(|row| row.json("value")).transpose()
    }

    /// Sets a value for a key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_setting(&self, key: &str, value: &Value) -> Result<(), StoreError> {
        let ask = Ask::to(
            "write a setting",
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        );
        self.write(ask.key("the key of a setting", key).json("the value of a setting", value)).await?;
        Ok(())
    }
}
