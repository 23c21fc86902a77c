//! Looking hosts up, and connecting to nothing else than was checked.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Targets;

/// Looks up the addresses of hosts.
pub trait Lookup: std::fmt::Debug + Send + Sync {
    /// The addresses of a host.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As this machine looks them up.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Answers the addresses of a host when all of them may be called: a name that is inside with one of its addresses is there
/// to be let in by the others. What is answered is what is connected to.
pub(crate) struct Checked {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) targets: Targets,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let (looking, targets) = (self.lookup.lookup(host.clone()), self.targets.clone());
        Box::pin(async move {
            let addresses = looking.await?;
            for address in &addresses {
                targets.check_address(&host, *address)?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
