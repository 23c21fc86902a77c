//! What users are told when they look.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::ask::Ask;
use crate::batches::batches;
use crate::row::Row;
use crate::{Page, Store, StoreError};

/// Something to tell a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// Whom.
    pub user: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of news it is.
    pub kind: String,
    /// What to tell.
    pub text: String,
    /// The kind and the name of the object it is about.
    pub object: Option<(String, String)>,
}

/// Something that a user is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number; later ones are larger.
    pub id: u64,
    /// What is told.
    pub told: NewNotification,
    /// When the user read it.
    pub read_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Adds news, all of it or nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn notify(&self, news: &[NewNotification]) -> Result<(), StoreError> {
        let writing = self.writing().await?;
        add(writing.on(), news).await?;
        writing.commit().await
    }

    /// Adds the news of a reader of events, who has come from one mark to another: all of it, and only if the reader still
    /// stands at `from`. Otherwise somebody else told them, nothing is written, and false is answered. A reader without a
    /// mark gets the first one from [`Store::begin_reading`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn notify_through(
        &self,
        reader: &str,
        from: u64,
        to: u64,
        news: &[NewNotification],
    ) -> Result<bool, StoreError> {
        let writing = self.writing().await?;
        let ask = "UPDATE settings SET value = $1 WHERE key = $2 AND value = $3";
        let ask = Ask::to("move a mark", ask)
            .json("a mark", &to.into())
            .key("the name of a reader", reader)
            .json("a mark", &from.into());
        if ask.run(writing.on()).await? == 0 {
            return Ok(false);
        }
        add(writing.on(), news).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// The mark of a reader of events: `first` where there was none.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub async fn begin_reading(&self, reader: &str, first: u64) -> Result<u64, StoreError> {
        if let Some(mark) = self.setting(reader).await?.and_then(|mark| mark.as_u64()) {
            return Ok(mark);
        }
        let ask = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        let ask = Ask::to("set a mark", ask).key("the name of a reader", reader).json("a mark", &first.into());
        self.write(ask).await?;
        Ok(self.setting(reader).await?.and_then(|mark| mark.as_u64()).unwrap_or(first))
    }

    /// The news of a user, newest first; `before` is [`Page::next`] of the page before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn notifications(
        &self,
        user: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Notification>, StoreError> {
        let ask = Ask::to(
            "read notifications",
            "SELECT id, user_name, at, kind, message, object_kind, object_name, read_at FROM notifications
             WHERE user_name = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        );
        let ask = ask.key("the name of a user", user).number(before.unwrap_or(u64::MAX)).number(limit as u64 + 1);
        let news = ask.each(self.connection(), notification).await?;
        Ok(Page::cut(news, limit, |news| news.id))
    }

    /// Notes that a user read one of their news, or all of them; what was read before stays as it was.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn mark_read(&self, user: &str, id: Option<u64>, at: DateTime<Utc>) -> Result<(), StoreError> {
        let ask = "UPDATE notifications SET read_at = $1 WHERE user_name = $2 AND read_at IS NULL";
        let mut ask =
            Ask::to("mark notifications", ask).moment("the time of reading", at).key("the name of a user", user);
        if let Some(id) = id {
            ask = ask.and(" AND id = ").and_place().number(id);
        }
        self.write(ask).await?;
        Ok(())
    }

    /// How many news a user has not read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unread(&self, user: &str) -> Result<u64, StoreError> {
        let ask = "SELECT count(*) AS unread FROM notifications WHERE user_name = $1 AND read_at IS NULL";
        let ask = Ask::to("count notifications", ask).key("the name of a user", user);
        ask.only(self.connection()).await?.number("unread")
    }

    /// Forgets news from before a moment, and tells how many.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn purge_notifications(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let ask = Ask::to("forget notifications", "DELETE FROM notifications WHERE at < $1");
        self.write(ask.moment("the moment", before)).await
    }
}

async fn add(on: &impl ConnectionTrait, news: &[NewNotification]) -> Result<(), StoreError> {
    for news in batches(news) {
        let mut ask = Ask::to(
            "write notifications",
            "INSERT INTO notifications (user_name, at, kind, message, object_kind, object_name) VALUES ",
        )
        .and_rows(news.len(), 6);
        for new in news {
            let (kind, name) = new.object.as_ref().map(|(kind, name)| (kind.as_str(), name.as_str())).unzip();
            ask = ask
                .key("the name of a user", &new.user)
                .moment("the time of a notification", new.at)
                .text("the kind of a notification", &new.kind)
                .text("the text of a notification", &new.text)
                .maybe_text("the kind of a notification's object", kind)
                .maybe_text("the name of a notification's object", name);
        }
        ask.run(on).await?;
    }
    Ok(())
}

fn notification(row: &Row) -> Result<Notification, StoreError> {
    Ok(Notification {
        id: row.number("id")?,
        told: NewNotification {
            user: row.text("user_name")?,
            at: row.moment("at")?,
            kind: row.text("kind")?,
            text: row.text("message")?,
            object: row.maybe_text("object_kind")?.zip(row.maybe_text("object_name")?),
        },
        read_at: row.maybe_moment("read_at")?,
    })
}
