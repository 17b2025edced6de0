//! Streamed bodies that a future or another task writes: one chunk lies between writer and reader.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use tokio::sync::mpsc::{self, error::TryRecvError};

use super::BodyError;
use crate::error::Error;

type Producer = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// The reading half of a channel, and the future that feeds it where there is one.
pub(super) struct Channel {
    receiver: mpsc::Receiver<Message>,
    producer: Option<Producer>,
    /// What the producer failed with; told once what it sent before has been read.
    failure: Option<BodyError>,
    /// Whether the writer said that this was all.
    finished: bool,
    /// What it said behind that.
    trailers: Option<Box<HeaderMap>>,
}

enum Message {
    Chunk(Bytes),
    Finished(Option<Box<HeaderMap>>),
}

impl Channel {
    /// Makes both halves, with room for one chunk between them.
    pub(super) fn new() -> (BodySender, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (
            BodySender { sender },
            Self { receiver, producer: None, failure: None, finished: false, trailers: None },
        )
    }

    /// Runs `producer`, which has the other half, whenever a chunk is asked for.
    pub(super) fn fed_by(self, producer: impl Future<Output = Result<(), Error>> + Send + 'static) -> Self {
        Self { producer: Some(Box::pin(producer)), ..self }
    }

    pub(super) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            if self.finished {
                return Poll::Ready(None);
            }
            let message = match self.receiver.poll_recv(context) {
                Poll::Ready(message) => message,
                Poll::Pending => ready!(self.poll_producer(context)),
            };
            match message {
                Some(Message::Chunk(chunk)) if chunk.is_empty() => {}
                Some(Message::Chunk(chunk)) => return Poll::Ready(Some(Ok(chunk))),
                Some(Message::Finished(trailers)) => {
                    self.finished = true;
                    self.trailers = trailers;
                }
                None => return Poll::Ready(Some(Err(self.reason(context)))),
            }
        }
    }

    /// Why nothing comes any more. A producer that let go of its half before it was asked for anything may know.
    fn reason(&mut self, context: &mut Context<'_>) -> BodyError {
        let _ = self.poll_producer(context);
        self.failure.take().unwrap_or(BodyError::Unfinished)
    }

    /// The trailer section, once the writer has finished.
    pub(super) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.trailers.take()
    }

    /// Lets the producer go on, and looks at what it sent.
    ///
    /// The look is one that Tokio's budget does not hold back: the channel above says that it is empty when a task has
    /// used its budget up, and to ask it again at once would be to ask for ever.
    fn poll_producer(&mut self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let Some(producer) = &mut self.producer else { return Poll::Pending };
        if let Poll::Ready(sent) = producer.as_mut().poll(context) {
            self.producer = None;
            self.failure = sent.err().map(BodyError::from);
        }
        match self.receiver.try_recv() {
            Ok(message) => Poll::Ready(Some(message)),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Disconnected) => Poll::Ready(None),
        }
    }
}

/// The writing half of a streamed body; see [`Body::channel`](crate::Body::channel) and
/// [`Body::stream`](crate::Body::stream).
///
/// ```
/// use server::{Body, get};
///
/// #[get("/report")]
/// async fn report() -> Body {
///     let (mut out, body) = Body::channel();
///     tokio::spawn(async move {
///         for line in ["first\n", "second\n"] {
///             if out.send(line).await.is_err() {
///                 return;
///             }
///         }
///         let _ = out.finish().await;
///     });
///     body
/// }
/// ```
#[derive(Debug)]
pub struct BodySender {
    sender: mpsc::Sender<Message>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chunk(chunk) => write!(f, "Chunk({} bytes)", chunk.len()),
            Self::Finished(trailers) => f.debug_tuple("Finished").field(trailers).finish(),
        }
    }
}

impl BodySender {
    /// Sends one chunk, once there is room for it. An empty one is left out.
    ///
    /// # Errors
    ///
    /// [`BodyError::Disconnected`] when nobody reads any more: the client has left.
    pub async fn send(&mut self, chunk: impl Into<Bytes>) -> Result<(), Error> {
        self.pass(Message::Chunk(chunk.into())).await
    }

    /// Says that this was all of it.
    ///
    /// # Errors
    ///
    /// [`BodyError::Disconnected`] when nobody reads any more.
    pub async fn finish(self) -> Result<(), Error> {
        self.pass(Message::Finished(None)).await
    }

    /// The same, with a trailer section behind it: fields that nobody knows before all was sent, such as a checksum.
    ///
    /// Who gets it is told at [`Body::take_trailers`](crate::Body::take_trailers): nobody may depend on it who
    /// speaks HTTP/1.1. Fields that frame, route or describe a message are left out (RFC 9110 §6.5.1).
    ///
    /// ```
    /// use server::{Body, HeaderMap, HeaderValue, get};
    ///
    /// #[get("/report")]
    /// async fn report() -> Body {
    ///     Body::stream(|mut out| async move {
    ///         let mut lines = 0_u32;
    ///         for line in ["first\n", "second\n"] {
    ///             out.send(line).await?;
    ///             lines += 1;
    ///         }
    ///         let mut trailers = HeaderMap::new();
    ///         trailers.insert("lines", HeaderValue::from(lines));
    ///         out.finish_with(trailers).await
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BodyError::Disconnected`] when nobody reads any more.
    pub async fn finish_with(self, trailers: HeaderMap) -> Result<(), Error> {
        self.pass(Message::Finished(Some(Box::new(trailers)))).await
    }

    async fn pass(&self, message: Message) -> Result<(), Error> {
        self.sender.send(message).await.map_err(|_| BodyError::Disconnected.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    #[tokio::test]
    async fn tells_why_it_broke_off() {
        let half = Body::stream(|mut out| async move {
            out.send("half").await?;
            "x".parse::<u8>()?;
            out.finish().await
        });
        let at_once = Body::stream(|_| async move {
            "x".parse::<u8>()?;
            Ok(())
        });
        let forgotten = Body::stream(|mut out| async move { out.send("half").await });
        let parsed = Some("invalid digit found in string");
        for (body, expected) in [(half, parsed), (at_once, parsed), (forgotten, None)] {
            let reason = match body.collect(16).await.unwrap_err() {
                BodyError::Source(reason) => Some(reason.to_string()),
                BodyError::Unfinished => None,
                other => panic!("{other:?}"),
            };
            assert_eq!(reason.as_deref(), expected);
        }
    }
}
