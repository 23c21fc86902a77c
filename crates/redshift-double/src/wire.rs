//! Messages on a connection: cut into frames, and read where the double has to know what is in them.
//!
//! What needs no look inside is passed on as it came; the rest goes through the codecs of `pgwire`.

use std::io;

use bytes::{Buf, BufMut, BytesMut};
use pgwire::messages::response::ErrorResponse;
use pgwire::messages::{DecodeContext, Message, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest message taken, above the 16 MB that a statement may have.
const LONGEST: usize = 256 * 1024 * 1024;

/// How much is read at once.
const READ: usize = 16 * 1024;

/// A connection in plain text or under TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// One message: its type and what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) tag: u8,
    pub(crate) body: BytesMut,
}

impl Frame {
    pub(crate) fn of(message: &impl Message) -> io::Result<Self> {
        let mut all = BytesMut::new();
        message.encode(&mut all).map_err(io::Error::other)?;
        let tag = all.get_u8();
        all.advance(4);
        Ok(Self { tag, body: all })
    }

    /// What the message says, by its codec.
    pub(crate) fn read<M: Message>(&self) -> io::Result<M> {
        decode(self.body.clone(), self.body.len() + 4)
    }

    /// The same for an error.
    pub(crate) fn error(&self) -> io::Result<ErrorResponse> {
        self.read()
    }
}

/// What a message without its type and length says.
pub(crate) fn decode<M: Message>(mut body: BytesMut, length: usize) -> io::Result<M> {
    let context = DecodeContext::new(ProtocolVersion::PROTOCOL3_0);
    // The codecs read on without asking how much is left.
    body.put_bytes(0, 8);
    M::decode_body(&mut body, length, &context).map_err(io::Error::other)
}

/// A connection with what was read ahead and what is still to be written.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    input: BytesMut,
    output: BytesMut,
}

impl Wire {
    pub(crate) fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), input: BytesMut::new(), output: BytesMut::new() }
    }

    /// The connection itself, for TLS to be put on it; nothing was read ahead.
    pub(crate) fn into_stream(self) -> Box<dyn Stream> {
        self.stream
    }

    /// The next message; none at the end. Can be given up at any time and called again.
    pub(crate) async fn frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.waiting()? {
                return Ok(Some(frame));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// The next message, if all of it is here already.
    pub(crate) fn waiting(&mut self) -> io::Result<Option<Frame>> {
        let Some((tag, mut length)) = self.input.get(..5).and_then(|head| head.split_first()) else {
            return Ok(None);
        };
        let (tag, length) = (*tag, checked(length.get_u32())?);
        if self.input.len() <= length {
            return Ok(None);
        }
        let mut whole = self.input.split_to(length + 1);
        whole.advance(5);
        Ok(Some(Frame { tag, body: whole }))
    }

    /// The next message of the opening, which has no type; none at the end.
    pub(crate) async fn opening(&mut self) -> io::Result<Option<BytesMut>> {
        loop {
            if let Some(mut head) = self.input.get(..4) {
                let length = checked(head.get_u32())?;
                if self.input.len() >= length {
                    return Ok(Some(self.input.split_to(length)));
                }
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    async fn more(&mut self) -> io::Result<bool> {
        self.input.reserve(READ);
        Ok(self.stream.read_buf(&mut self.input).await? > 0)
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    pub(crate) fn push(&mut self, frame: &Frame) {
        self.output.put_u8(frame.tag);
        self.output.put_u32(u32::try_from(frame.body.len() + 4).unwrap_or(u32::MAX));
        self.output.extend_from_slice(&frame.body);
    }

    pub(crate) fn message(&mut self, message: &impl Message) -> io::Result<()> {
        self.push(&Frame::of(message)?);
        Ok(())
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        let output = self.output.split();
        self.stream.write_all(&output).await?;
        self.stream.flush().await
    }
}

fn checked(length: u32) -> io::Result<usize> {
    match usize::try_from(length) {
        Ok(length) if (4..=LONGEST).contains(&length) => Ok(length),
        _ => Err(io::Error::other("a message of an impossible length")),
    }
}
