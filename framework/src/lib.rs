//! A declarative web framework on an HTTP engine of its own.
//!
//! You annotate functions; the compiler checks the whole routing table; one binary serves it. The package is called
//! `fingerpost`, its library `server`:
//!
//! ```no_run
//! use server::{Routes, Server, get, routes};
//!
//! /// Greets by name.
//! #[get("/hello/:name")]
//! async fn hello(name: String) -> String {
//!     format!("Hello, {name}!")
//! }
//!
//! const ROUTES: Routes = routes![hello];
//!
//! #[server::main]
//! async fn main() -> server::Result {
//!     Server::new(ROUTES).run().await
//! }
//! ```
//!
//! If it compiles, it routes: two routes that match the same requests, a `:param` that no argument takes, an argument that
//! no extractor makes, state that the application does not hold are errors on your own line, each with what to write
//! instead. And a handler stays a function, so that a test, under `#[server::test]`, may call it, or send it a request
//! through the whole engine:
//!
//! ```
//! # use server::{Routes, get, routes};
//! # #[get("/hello/:name")]
//! # async fn hello(name: String) -> String {
//! #     format!("Hello, {name}!")
//! # }
//! # const ROUTES: Routes = routes![hello];
//! # #[server::main]
//! # async fn main() {
//! use server::testing::Client;
//!
//! assert_eq!(hello("Ada".to_owned()).await, "Hello, Ada!");
//! assert_eq!(Client::new(ROUTES).get("/hello/Ada").await.text(), "Hello, Ada!");
//! # }
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | routes | [`route`](macro@route) and its shorthands [`get`], [`post`], …; [`routes!`](routes); [`scope`](macro@scope); [`Server::mount`] |
//! | what a handler takes | [`FromParam`] for what is named like a `:param`; [`FromRequest`] and [`macro@extractor`] for all else: [`Query`], [`Json`], [`Form`], [`MultipartForm`], [`Body`], [`struct@State`], [`TypedHeader`], [`Bearer`], [`Conditions`], … |
//! | what it returns | [`IntoResponse`]: text, bytes, [`Json`], [`Html`], [`Created`], [`Redirect`], [`Negotiated`], [`File`], [`Sse`], tuples with [`ETag`], [`Cache`] or [`Attachment`], [`Response`] |
//! | what goes wrong | [`derive@HttpError`] for an API's errors, [`Error`] for any other, [`Problem`], [`rejection`] |
//! | how failures are written | [`Server::render_problems`], [`RequestFacts`] |
//! | what stands around it | [`macro@middleware`], [`Middleware`], [`Next`] |
//! | middleware in the box | [`layers`]: CORS, CSRF, security headers, limits of rate, concurrency and time, redirects, credentials, compression |
//! | what handlers share | [`derive@State`] |
//! | what the server did | [`AccessLog`], [`TraceContext`], [`Observer`], [`Counters`], [`Metrics`] |
//! | whether it is well | [`Health`] |
//! | running it | [`Server`], [`Settings`], [`macro@main`] |
//! | ending it | [`Shutdown`], [`Server::shutdown_on`] |
//! | links | `handler::url(…)`: [`RouteUrl`], [`Routes::url`] |
//! | tests | [`testing`], [`macro@test`] |
//!
//! # Features
//!
//! Each adds, and none is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `compression` | `layers::Compression` and `layers::Decompression`, with gzip and deflate |
//! | `compression-brotli`, `compression-zstd` | the same with brotli, and with zstd |
//! | `config` | `Server::config_file`, `Server::configured`, `Secret`, `units`: settings from a YAML file |
//! | `cookies` | `Cookies`, a jar that answers |
//! | `cookies-signed` | `SignedCookies` and `PrivateCookies`, with a `CookieKey` |
//! | `csp-nonces` | `Csp::NONCE` and `CspNonce`, for [`layers::SecurityHeaders`] |
//! | `redis` | `Redis`, for limits and sessions that replicas share |
//! | `sessions` | `Session`, with a `SessionStore` |
//! | `embed` | `embed!`, a folder's files in the program, compressed when it is built |
//! | `files` | `StaticFiles`, a folder mounted at a prefix; on Unix |
//! | `shared-runtime` | `Runtime::Shared`, one runtime that takes work from one thread to another |
//! | `tls` | `Tls`, `ClientCertificate`: HTTPS, with certificates that are read again when they change |
//! | `tls-dev` | `Tls::dev`, `--tls-dev`: a throw-away certificate for work on one machine |
//! | `validation` | `Valid`, by the rules of [garde](https://docs.rs/garde) |
//! | `http2` | HTTP/2, by the first bytes of a connection |
//! | `otel` | `Traces`, a span for each exchange to a collector of OpenTelemetry |
//! | `ws` | `WebSocketUpgrade`, messages both ways over a connection that was one of HTTP |
//! | `ws-deflate` | `MessageCompression`, of their messages |
//!
//! The book has more: how the table is built, each setting, and what the compiler says to each mistake.

// Macros name `::server::...`; so does this crate's own test code.
extern crate self as server;

#[cfg(feature = "__micro")]
#[doc(hidden)]
#[path = "micro.rs"]
pub mod __micro;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(any(test, feature = "__properties"))]
#[doc(hidden)]
#[path = "properties/mod.rs"]
pub mod __properties;
mod app;
mod banner;
mod blocking;
mod config;
mod entry;
mod error;
mod extract;
mod h1;
mod handlers;
mod http;
pub mod layers;
mod log;
mod macros;
mod middleware;
mod net;
mod observe;
#[cfg(feature = "redis")]
mod redis;
mod reports;
mod respond;
mod routing;
// `server` is this crate's own name already.
#[path = "server.rs"]
mod serving;
pub mod testing;
mod threads;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "ws")]
mod ws;

#[doc(inline)]
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
#[doc(inline)]
pub use bytes::Bytes;

#[cfg(feature = "cookies")]
pub use ::cookie;
#[cfg(feature = "cookies")]
pub use extract::Cookies;
#[cfg(all(feature = "sessions", feature = "redis"))]
pub use extract::RedisStore;
#[cfg(feature = "cookies-signed")]
pub use extract::{CookieKey, CookieKeyError, PrivateCookies, SignedCookies};
#[cfg(feature = "sessions")]
pub use extract::{MemoryStore, SavedSession, Session, SessionStore, Sessions};
#[cfg(feature = "validation")]
pub use extract::{Valid, Validated};

#[cfg(feature = "embed")]
pub use handlers::Embedded;
#[cfg(all(unix, feature = "files"))]
pub use handlers::{StaticFiles, Symlinks};
#[cfg(feature = "embed")]
pub use macros::embed;

#[cfg(feature = "config")]
pub use config::{Secret, value_units as units};

#[cfg(feature = "tls")]
pub use config::{ClientAuth, Tls, TlsPair, TlsVersion};
pub use config::{
    ConfigErrors, ForwardedField, ListenAddr, ListenAddrError, Network, NetworkError, Runtime, Settings,
    TrailingSlash,
};
pub use error::{Error, Result};
#[cfg(feature = "tls")]
pub use extract::ClientCertificate;
pub use extract::{
    AcceptLanguage, BasicAuth, Bearer, ClientAddr, Conditions, ContentType, Form, FromParam, FromRequest,
    Header, HeaderFault, IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince, IntoParam, Json,
    LastEventId, MatchedRoute, Multipart, MultipartForm, ParamError, Parsed, Part, PartLimits, Path,
    Provides, Query, Range, Rejected, SiteOrigin, State, TypedHeader, UploadedFile, UserAgent, rejection,
};
pub use handlers::{Health, HealthCheck, Metrics};
pub use http::{
    Accept, Body, BodyError, BodySender, BodySource, ETag, FieldValues, Request, RequestFacts, RequestId,
    Response, Shutdown, TraceContext,
};
pub use macros::{
    HttpError, State, delete, extractor, get, head, main, middleware, options, patch, post, put, route,
    routes, scope, test,
};
pub use middleware::{Layer, Middleware, Next};
#[cfg(feature = "otel")]
pub use observe::Traces;
pub use observe::{
    AccessLog, AccessLogTo, Counters, Counts, Ended, Exchange, Handshakes, Http2Counts, Observer,
    ProtocolError, Refusals, StatusClasses, Timeout, Timeouts,
};
#[cfg(feature = "redis")]
pub use redis::Redis;
pub use respond::{
    AcceptRanges, Attachment, Cache, Created, Event, EventFault, EventSender, File, Html, IntoResponse,
    LastModified, Negotiated, NoContent, Problem, Redirect, Represent, ResponsePart, Sse,
};
pub use routing::{
    Endpoint, Handle, ListedRoute, Mount, OnDisconnect, Pattern, Policy, Rest, RouteInfo, RouteUrl, Routes,
    Segment, UrlError,
};
pub use serving::{HasState, Held, Missing, Server};
#[cfg(feature = "ws-deflate")]
pub use ws::MessageCompression;
#[cfg(feature = "ws")]
pub use ws::{
    CloseCode, CloseFrame, Delivery, Membership, Message, Room, Rooms, SlowReaders, UpgradeRejection,
    WebSocket, WebSocketClosed, WebSocketReader, WebSocketUpgrade, WebSocketWriter,
};
