//! How many connections there are, in all and of each address: every one is an open file, and without files the service can
//! neither answer nor read its database.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum_server::accept::Accept;
use scrim_server::network;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::configuration::Configuration;

/// So long nothing more is said of connections that were closed.
const QUIET: Duration = Duration::from_secs(60);

/// Accepts connections as long as there is room for them.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Limits>);

struct Limits {
    most: usize,
    most_of_one: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by: HashMap<IpAddr, usize>,
    told: Option<Instant>,
}

/// A connection that is counted until it ends.
pub(crate) struct Counted {
    stream: TcpStream,
    address: IpAddr,
    limits: Arc<Limits>,
}

impl Connections {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let size = |name: &str| usize::try_from(configuration.number(name)).unwrap_or(usize::MAX);
        let of_one = size("limits.connections_per_address");
        // Behind proxies whoever connects is one of them.
        let most_of_one = if configuration.number("proxies") == 0 { of_one } else { usize::MAX };
        Self(Arc::new(Limits { most: size("limits.connections"), most_of_one, open: Mutex::default() }))
    }
}

impl Limits {
    /// Takes a place, if there is one.
    fn take(&self, address: IpAddr) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.by.get(&address).copied().unwrap_or(0);
        if open.all < self.most && own < self.most_of_one {
            open.all += 1;
            open.by.insert(address, own + 1);
            return true;
        }
        if open.told.is_none_or(|told| told.elapsed() > QUIET) {
            open.told = Some(Instant::now());
            let all = open.all;
            tracing::warn!(%address, own, all, "a connection was closed: there are as many as `limits` allow");
        }
        false
    }

    fn free(&self, address: IpAddr) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        match open.by.get_mut(&address) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(open.by.remove(&address)),
        }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(stream.peer_addr().and_then(|peer| {
            let address = network(peer.ip());
            if !self.0.take(address) {
                return Err(io::Error::other("there are too many connections"));
            }
            Ok((Counted { stream, address, limits: Arc::clone(&self.0) }, service))
        }))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.limits.free(self.address);
    }
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
