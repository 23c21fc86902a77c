//! From the first byte of a connection to its two sides being joined.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use pgwire::messages::Message;
use pgwire::messages::startup::Startup;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Session;
use crate::answer::Answer;
use crate::shared::Shared;
use crate::wire::{Wire, decode};
use crate::{ask, startup};

/// What a client asks before it says who it is.
const CANCEL: u32 = 80_877_102;
const TLS: u32 = 80_877_103;
const GSS: u32 = 80_877_104;

/// Serves a connection until its end.
pub(crate) async fn serve(shared: Arc<Shared>, socket: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut client = Wire::new(socket);
    let mut packet = loop {
        let Some(packet) = client.opening().await? else {
            return Ok(());
        };
        let code = packet.get(4..8).map_or(0, |mut code| code.get_u32());
        match (code, &tls) {
            (TLS, Some(acceptor)) => {
                client.raw(b"S");
                client.flush().await?;
                client = Wire::new(acceptor.accept(client.into_stream()).await?);
            }
            (TLS | GSS, _) => {
                client.raw(b"N");
                client.flush().await?;
            }
            (CANCEL, _) => return cancel(&shared, &packet).await,
            _ => break packet,
        }
    };
    let length = packet.len();
    packet.advance(4);
    let startup: Startup = decode(packet, length)?;
    let user = startup.parameters.get("user").cloned().unwrap_or_default();
    let database = startup.parameters.get("database").unwrap_or(&user).clone();
    if user == ask::USER {
        return ask::serve(shared, client, &database).await;
    }
    let parameters = match admitted(&shared, &startup, &database) {
        Ok(parameters) => parameters,
        Err(answer) => return refuse(client, &answer).await,
    };
    if shared.options.digest_users.contains(&user) {
        return digest(client, &user).await;
    }
    let socket = TcpStream::connect(shared.backend).await?;
    socket.set_nodelay(true)?;
    let mut backend = Wire::new(socket);
    let mut greeting = Startup::default();
    greeting.protocol_number_major = startup.protocol_number_major;
    greeting.protocol_number_minor = startup.protocol_number_minor;
    greeting.parameters = parameters;
    let mut bytes = BytesMut::new();
    greeting.encode(&mut bytes).map_err(io::Error::other)?;
    backend.raw(&bytes);
    backend.flush().await?;
    let mut session = Session {
        shared,
        client,
        backend,
        database,
        status: b'I',
        awaited: VecDeque::new(),
        skipping: false,
        refusals: HashMap::new(),
        refused: 0,
        case_sensitive: false,
        case_unknown: true,
        changing: false,
        cut: false,
        statements: HashMap::new(),
        portals: HashMap::new(),
    };
    session.run().await
}

fn admitted(
    shared: &Shared,
    startup: &Startup,
    database: &str,
) -> Result<std::collections::BTreeMap<String, String>, Answer> {
    let parameters = startup::check(startup)?;
    if shared.is_datashare(database) {
        let message = format!("database \"{database}\" is a datashare and cannot be connected to");
        return Err(
            Answer::fatal("0A000", message).hint("Connect to another database and name its tables in three parts.")
        );
    }
    Ok(parameters)
}

async fn refuse(mut client: Wire, answer: &Answer) -> io::Result<()> {
    client.message(&answer.response())?;
    client.flush().await
}

/// Asks for a password as Redshift alone does, and then does not take it: nobody but its own drivers gets this far.
async fn digest(mut client: Wire, user: &str) -> io::Result<()> {
    let mut request = Vec::from(13_u32.to_be_bytes());
    // The digest is SHA-256; then a salt and a nonce, each with its length.
    request.extend(0_u32.to_be_bytes());
    for text in [b"0123456789abcdef", b"fedcba9876543210"] {
        request.extend(16_u32.to_be_bytes());
        request.extend(text);
    }
    client.raw(b"R");
    client.raw(&u32::try_from(request.len() + 4).unwrap_or(0).to_be_bytes());
    client.raw(&request);
    client.flush().await?;
    if client.frame().await?.is_none() {
        return Ok(());
    }
    refuse(client, &Answer::fatal("28P01", format!("password authentication failed for user \"{user}\""))).await
}

/// A request to cancel goes to whom it is meant for: the key is PostgreSQL's own.
async fn cancel(shared: &Shared, packet: &[u8]) -> io::Result<()> {
    let mut backend = Wire::new(TcpStream::connect(shared.backend).await?);
    backend.raw(packet);
    backend.flush().await?;
    // It answers nothing and closes.
    backend.opening().await.map(|_| ())
}
