//! [`WebSocketUpgrade`]: a request that opens a WebSocket, and what the application has to say to it.

use std::time::Duration;

use http::header::{ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{HeaderValue, StatusCode};

use super::decoder::MessageLimits;
use super::deflate::{Deflater, Inflater};
use super::handshake::{Handshake, UpgradeRejection, is_token};
use super::session::{Options, Session};
use super::socket::WebSocket;
use crate::extract::FromRequest;
use crate::http::{Request, Response, Shutdown};
use crate::middleware::origin;
use crate::respond::Problem;

/// Takes a request that opens a WebSocket (RFC 6455 §4.2.1); [`WebSocketUpgrade::on_upgrade`] answers it.
///
/// What is no such request is refused: see [`UpgradeRejection`](crate::UpgradeRejection). A browser lets a page of any
/// site open a WebSocket to any other, with the user's cookies: so a request that names an `Origin` other than the host
/// that it asks is answered with 403, unless [`WebSocketUpgrade::origins`] lists it. Clients that are no browsers name
/// none.
///
/// ```
/// use server::{Response, WebSocketUpgrade, get};
///
/// /// Says everything again.
/// #[get("/echo")]
/// async fn echo(upgrade: WebSocketUpgrade) -> Response {
///     upgrade.on_upgrade(async |mut socket| {
///         while let Some(message) = socket.recv().await {
///             socket.send(message).await?;
///         }
///         Ok(())
///     })
/// }
/// ```
///
/// | setting | default | on breach |
/// |---|---|---|
/// | [`max_message`](Self::max_message) | 1 MiB | closed with 1009 |
/// | [`max_frame`](Self::max_frame) | 1 MiB | closed with 1009 |
/// | [`idle_timeout`](Self::idle_timeout) | 60 s, with a Ping after half of it | cut |
#[derive(Debug)]
pub struct WebSocketUpgrade {
    handshake: Handshake,
    shutdown: Shutdown,
    origin: Origin,
    protocol: Option<&'static str>,
    limits: MessageLimits,
    idle_timeout: Duration,
    /// That messages are compressed, where both sides want it.
    pub(super) agreed: Option<Agreed>,
}

/// That messages may be compressed.
#[derive(Debug)]
pub(super) struct Agreed {
    /// What the client is told of it.
    pub(super) answer: String,
    pub(super) inflater: Inflater,
    pub(super) deflater: Deflater,
}

/// Where the request comes from.
#[derive(Debug)]
enum Origin {
    /// The same site, or no page at all.
    Own,
    /// A page of another site, which is this one.
    Foreign(String),
}

impl WebSocketUpgrade {
    /// Lets pages of these origins open it beside those of its own host: `https://app.example.org`, or
    /// `https://*.example.org` for what is below.
    ///
    /// # Panics
    ///
    /// Where an origin could never match: with a path, a port that browsers leave out, or in upper case.
    #[must_use]
    pub fn origins(mut self, origins: &[&str]) -> Self {
        origin::check_all(origins);
        if let Origin::Foreign(found) = &self.origin
            && origins.iter().any(|listed| origin::is_match(listed, found))
        {
            self.origin = Origin::Own;
        }
        self
    }

    /// Lets pages of any site open it: for what is public, and looks at no cookie.
    #[must_use]
    pub fn any_origin(mut self) -> Self {
        self.origin = Origin::Own;
        self
    }

    /// Chooses the first of these subprotocols that the client offers; where it offers none of them, none is agreed on.
    ///
    /// # Panics
    ///
    /// Where one is not a token.
    #[must_use]
    pub fn protocols(mut self, protocols: &[&'static str]) -> Self {
        let all_tokens = protocols.iter().all(|protocol| is_token(protocol));
        assert!(all_tokens, "a subprotocol is a token, as in \"chat.v2\"; found {protocols:?}");
        let offers = |protocol: &str| self.handshake.protocols.iter().any(|offered| offered == protocol);
        self.protocol = protocols.iter().copied().find(|protocol| offers(protocol));
        self
    }

    /// The subprotocol that was chosen.
    pub fn protocol(&self) -> Option<&'static str> {
        self.protocol
    }

    /// The subprotocols that the client offers, in its order.
    pub fn offered_protocols(&self) -> impl Iterator<Item = &str> {
        self.handshake.protocols.iter().map(String::as_str)
    }

    /// What the client offers beside.
    #[cfg(feature = "ws-deflate")]
    pub(super) fn offered_extensions(&self) -> &[super::extensions::Offer] {
        &self.handshake.extensions
    }

    /// The most bytes of a message from the client, in all its frames, and inflated where it was compressed; a longer one
    /// closes with 1009.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.limits.message = bytes;
        self
    }

    /// The most bytes of one frame from the client; a longer one closes with 1009.
    #[must_use]
    pub fn max_frame(mut self, bytes: usize) -> Self {
        self.limits.frame = bytes;
        self
    }

    /// How long nothing may come from the client, which is sent a Ping after half of it; zero waits for ever.
    ///
    /// Time in which messages wait for the handler does not count.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Answers with 101, and runs `handler` with the WebSocket; a page of another site is answered with 403.
    ///
    /// When the handler returns, the WebSocket is closed: with 1000 after `Ok`, with 1011 after an error, which is
    /// logged, or a panic. When it was closed or lost before, the handler has 10 s to return. The server's drain closes
    /// it with 1001.
    pub fn on_upgrade<Handler, Running>(self, handler: Handler) -> Response
    where
        Handler: FnOnce(WebSocket) -> Running + Send + 'static,
        Running: Future<Output = crate::Result> + Send + 'static,
    {
        if let Origin::Foreign(origin) = &self.origin {
            let detail = format!("a page of another site asks for a WebSocket: `origin` is `{origin}`");
            return Response::problem(Problem::new(StatusCode::FORBIDDEN).detail(detail));
        }
        let (answer, codec) = match self.agreed {
            Some(Agreed { answer, inflater, deflater }) => (Some(answer), Some((inflater, deflater))),
            None => (None, None),
        };
        let (limits, idle_timeout, shutdown) = (self.limits, self.idle_timeout, self.shutdown);
        let options = Options { limits, codec, idle_timeout, shutdown };
        let response = Response::switching(Box::new(Session::new(handler, options)))
            .header(UPGRADE, HeaderValue::from_static("websocket"))
            .header(SEC_WEBSOCKET_ACCEPT, self.handshake.accept);
        let response = match answer {
            Some(answer) => response.header(SEC_WEBSOCKET_EXTENSIONS, answer),
            None => response,
        };
        match self.protocol {
            Some(protocol) => response.header(SEC_WEBSOCKET_PROTOCOL, protocol),
            None => response,
        }
    }
}

impl<S: Sync> FromRequest<S> for WebSocketUpgrade {
    type Rejection = UpgradeRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, UpgradeRejection> {
        let handshake = Handshake::read(request)?;
        Ok(Self {
            handshake,
            origin: origin_of(request),
            protocol: None,
            limits: MessageLimits { message: 1024 * 1024, frame: 1024 * 1024 },
            idle_timeout: Duration::from_secs(60),
            agreed: None,
            shutdown: request.shutdown(),
        })
    }
}

/// Where a request comes from; several lines are no browser's, and of no site.
fn origin_of(request: &Request) -> Origin {
    let mut origins = request.header_values(ORIGIN.as_str());
    let Some(found) = origins.next() else { return Origin::Own };
    let found = String::from_utf8_lossy(found).into_owned();
    let host = request.host().unwrap_or_default();
    let is_own = origins.next().is_none() && origin::is_own(&found, host);
    if is_own { Origin::Own } else { Origin::Foreign(found) }
}
