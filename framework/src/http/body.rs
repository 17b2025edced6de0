//! Bodies in both directions: nothing, bytes at hand, or chunks that come as they are asked for.
//!
//! A request's body is filled by the connection, one chunk at a time and only while somebody reads: so a handler
//! that does not read holds the client back through TCP. A response's body is read by the connection, one chunk at a
//! time and only while the client takes them.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::ops;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use super::Shutdown;
use super::apart::{Apart, Ends};

mod channel;
mod error;
mod incoming;
mod limited;
mod source;
mod trailers;

pub use channel::BodySender;
use channel::Channel;
pub use error::BodyError;
pub(crate) use incoming::{Incoming, IncomingState, Wanted};
use limited::Limited;
pub use source::BodySource;
pub(crate) use trailers::{NEVER_TRAILERS, may_trail};

/// Any error, boxed; what a body's source may fail with.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request or of a response.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut body = server::Body::from("hello");
/// assert_eq!(body.len(), Some(5));
/// assert_eq!(body.chunk().await.unwrap()?.as_ref(), b"hello");
/// assert!(body.chunk().await.is_none());
/// # Ok::<(), server::BodyError>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct Body(Apart<Inner>);

#[derive(Default)]
enum Inner {
    #[default]
    Empty,
    /// All of it, or what is left of it.
    Full(Bytes),
    /// The same where nobody else has a part of it: as `Bytes` it would cost an allocation more.
    Owned(Vec<u8>),
    /// A request's body that the connection is still reading.
    Incoming(Incoming),
    /// Chunks that another task, or the future itself, sends; in a box, as what is at hand is not to be moved about in
    /// a larger one's place.
    Channel(Box<Channel>),
    Source(Pin<Box<dyn BodySource>>),
    /// Another body, up to a limit.
    Limited(Box<Limited>),
    /// Nothing more, but the trailer section that stood behind it.
    Ended(Box<HeaderMap>),
}

impl Ends for Inner {
    #[inline]
    fn is_live(&self) -> bool {
        !matches!(self, Self::Empty)
    }
}

impl Body {
    /// A body of no bytes.
    pub const fn empty() -> Self {
        Self(Apart::new(Inner::Empty))
    }

    /// A body whose chunks `source` gives.
    pub fn from_source(source: impl BodySource + 'static) -> Self {
        Self(Apart::new(Inner::Source(Box::pin(source))))
    }

    /// A body that another task writes: what is sent into the first half comes out of the second.
    ///
    /// One chunk is held between them; [`BodySender::send`] waits until the client has taken the one before. A
    /// sender that is dropped before [`BodySender::finish`] cuts the connection: an answer that broke off never
    /// looks whole.
    pub fn channel() -> (BodySender, Self) {
        let (sender, channel) = Channel::new();
        (sender, Self(Apart::new(Inner::Channel(Box::new(channel)))))
    }

    /// A body that `write` sends, chunk by chunk, while the client reads.
    ///
    /// The future runs inside the response and needs no task: it stops when the client leaves. An `Err`, which `?` makes
    /// of any error, or a panic cuts the connection, so that the client can tell; the log says why.
    ///
    /// ```
    /// use server::{Body, get};
    ///
    /// #[get("/squares")]
    /// async fn squares() -> Body {
    ///     Body::stream(|mut out| async move {
    ///         for number in 1..=3 {
    ///             out.send(serde_json::to_string(&[number, number * number])? + "\n").await?;
    ///         }
    ///         out.finish().await
    ///     })
    /// }
    /// ```
    pub fn stream<Write, Sent>(write: Write) -> Self
    where
        Write: FnOnce(BodySender) -> Sent,
        Sent: Future<Output = crate::Result> + Send + 'static,
    {
        let (sender, channel) = Channel::new();
        Self(Apart::new(Inner::Channel(Box::new(channel.fed_by(write(sender))))))
    }

    /// Lets it know of the end of the server that sends it; to be called before the first chunk is asked for.
    pub(crate) fn attend(&mut self, shutdown: &Shutdown) {
        match &mut *self.0 {
            Inner::Source(source) => source.as_mut().attend(shutdown),
            Inner::Limited(limited) => limited.attend(shutdown),
            Inner::Empty
            | Inner::Full(_)
            | Inner::Owned(_)
            | Inner::Incoming(_)
            | Inner::Channel(_)
            | Inner::Ended(_) => {}
        }
    }

    pub(crate) fn incoming(incoming: Incoming) -> Self {
        Self(Apart::new(Inner::Incoming(incoming)))
    }

    /// The same body, which gives [`BodyError::TooLarge`] in place of the chunk that passes `limit` bytes.
    pub(crate) fn limited(self, limit: u64) -> Self {
        match &*self.0 {
            Inner::Empty => self,
            Inner::Full(bytes) if bytes.len() as u64 <= limit => self,
            Inner::Owned(bytes) if bytes.len() as u64 <= limit => self,
            _ => Self(Apart::new(Inner::Limited(Box::new(Limited::new(self, limit))))),
        }
    }

    /// Leaves these bytes of the whole; `false`, and nothing is changed, where they cannot be told from the others.
    pub(crate) fn cut(&mut self, range: ops::Range<u64>) -> bool {
        self.share();
        match &mut *self.0 {
            Inner::Full(bytes) => {
                let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
                let (Ok(start), Ok(end)) = (start, end) else { return false };
                if start > end || end > bytes.len() {
                    return false;
                }
                *self = Self::from(bytes.slice(start..end));
                true
            }
            Inner::Source(source) => source.as_mut().seek(range),
            Inner::Empty
            | Inner::Owned(_)
            | Inner::Incoming(_)
            | Inner::Channel(_)
            | Inner::Limited(_)
            | Inner::Ended(_) => false,
        }
    }

    /// The bytes still to come, where that is known without reading.
    pub fn len(&self) -> Option<u64> {
        match &*self.0 {
            Inner::Empty | Inner::Ended(_) => Some(0),
            Inner::Full(bytes) => Some(bytes.len() as u64),
            Inner::Owned(bytes) => Some(bytes.len() as u64),
            Inner::Incoming(incoming) => incoming.remaining_len(),
            Inner::Channel(_) => None,
            Inner::Source(source) => source.remaining_len(),
            Inner::Limited(limited) => limited.remaining_len(),
        }
    }

    /// Whether it is known that no byte is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Drops what is left of it.
    pub(crate) fn clear(&mut self) {
        if !matches!(*self.0, Inner::Empty) {
            *self.0 = Inner::Empty;
        }
    }

    /// Waits for the next chunk; `None` after the last.
    ///
    /// # Errors
    ///
    /// See [`BodyError`]; after an error nothing more comes.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped at any time: no chunk is lost.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, BodyError>> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The same for hand-written futures.
    pub fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let chunk = match &mut *self.0 {
            Inner::Empty | Inner::Ended(_) => return Poll::Ready(None),
            Inner::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self.0 = Inner::Empty;
                return Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)));
            }
            Inner::Owned(bytes) => {
                let bytes = Bytes::from(std::mem::take(bytes));
                *self.0 = Inner::Empty;
                return Poll::Ready(Some(Ok(bytes)));
            }
            Inner::Incoming(incoming) => ready!(incoming.poll_chunk(context)),
            Inner::Channel(channel) => ready!(channel.poll_chunk(context)),
            Inner::Source(source) => {
                ready!(source.as_mut().poll_chunk(context)).map(|chunk| chunk.map_err(of_source))
            }
            Inner::Limited(limited) => ready!(limited.poll_chunk(context)),
        };
        match &chunk {
            Some(Ok(_)) => {}
            Some(Err(_)) => *self.0 = Inner::Empty,
            None => self.end(),
        }
        Poll::Ready(chunk)
    }

    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// [`BodyError::TooLarge`] as soon as there are more than `limit` bytes, before they are stored; and whatever
    /// reading fails with.
    pub async fn collect(mut self, limit: u64) -> Result<Bytes, BodyError> {
        if self.len().is_some_and(|len| len > limit) {
            return Err(BodyError::TooLarge { limit });
        }
        let Some(first) = self.chunk().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await.transpose()? else { return within(first, limit) };
        let mut all = BytesMut::from(within(first, limit)?);
        let mut next = Some(second);
        while let Some(chunk) = next {
            if all.len() as u64 + chunk.len() as u64 > limit {
                return Err(BodyError::TooLarge { limit });
            }
            all.extend_from_slice(&chunk);
            next = self.chunk().await.transpose()?;
        }
        Ok(all.freeze())
    }

    /// The bytes, where all of them are at hand already, to be read where they lie.
    #[inline]
    pub(crate) fn at_hand(&self) -> Option<&[u8]> {
        match &*self.0 {
            Inner::Empty | Inner::Ended(_) => Some(&[]),
            Inner::Full(bytes) => Some(bytes),
            Inner::Owned(bytes) => Some(bytes),
            Inner::Incoming(_) | Inner::Channel(_) | Inner::Source(_) | Inner::Limited(_) => None,
        }
    }

    /// The same, to have a part in.
    pub(crate) fn as_bytes(&mut self) -> Option<&Bytes> {
        static NOTHING: Bytes = Bytes::new();
        self.share();
        match &*self.0 {
            Inner::Empty | Inner::Ended(_) => Some(&NOTHING),
            Inner::Full(bytes) => Some(bytes),
            Inner::Owned(_)
            | Inner::Incoming(_)
            | Inner::Channel(_)
            | Inner::Source(_)
            | Inner::Limited(_) => None,
        }
    }

    /// Lets others have a part in bytes that are its own.
    fn share(&mut self) {
        if let Inner::Owned(bytes) = &mut *self.0 {
            *self.0 = Inner::Full(Bytes::from(std::mem::take(bytes)));
        }
    }
}

/// What a source failed with, where that is a body of its own; else its failure.
fn of_source(error: BoxError) -> BodyError {
    error.downcast().map_or_else(BodyError::Source, |error: Box<BodyError>| *error)
}

fn within(bytes: Bytes, limit: u64) -> Result<Bytes, BodyError> {
    if bytes.len() as u64 > limit { Err(BodyError::TooLarge { limit }) } else { Ok(bytes) }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::empty() } else { Self(Apart::new(Inner::Full(bytes))) }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() { Self::empty() } else { Self(Apart::new(Inner::Owned(bytes))) }
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::from(Bytes::from_static(text.as_bytes()))
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Self::from(Bytes::from_static(bytes))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            Some(len) => write!(f, "Body({len} bytes)"),
            None => f.write_str("Body(streamed)"),
        }
    }
}
