//! Mail to those who have news, where it is set up.

use scrim_catalog::Catalog;
use scrim_store::NewNotification;

use crate::{NotifyError, Settings};

#[cfg(feature = "email")]
mod smtp;

/// Sends mail, or none.
pub(crate) struct Mailing {
    #[cfg(feature = "email")]
    post: Option<smtp::Post>,
}

impl Mailing {
    /// Starts what sends, if mail is set up.
    ///
    /// # Errors
    /// When it is set up in a way that cannot be.
    #[cfg(feature = "email")]
    pub(crate) fn start(settings: &Settings) -> Result<Self, NotifyError> {
        Ok(Self { post: settings.smtp.as_ref().map(smtp::Post::start).transpose()? })
    }

    /// Starts nothing.
    ///
    /// # Errors
    /// When mail is set up.
    #[cfg(not(feature = "email"))]
    pub(crate) fn start(settings: &Settings) -> Result<Self, NotifyError> {
        match settings.smtp {
            None => Ok(Self {}),
            Some(_) => Err(NotifyError::Mail("this program was built without the feature `email`".to_owned())),
        }
    }

    /// Sends mail to each whose address is known.
    #[cfg_attr(not(feature = "email"), expect(unused_variables, clippy::unused_self, reason = "no mail is sent"))]
    pub(crate) fn send(&self, catalog: &Catalog, news: &[NewNotification]) {
        #[cfg(feature = "email")]
        if let Some(post) = &self.post {
            news.iter().for_each(|told| post.send(catalog, told));
        }
    }
}
