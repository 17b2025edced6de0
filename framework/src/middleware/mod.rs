//! Middleware: what stands around handlers.
//!
//! The trait, the chain that runs it, and a file for each middleware in the box. Middleware wraps; what a handler
//! needs it asks for in its signature.

pub(crate) mod around;
mod chain;
#[cfg(feature = "compression")]
mod compression;
mod concurrency_limit;
#[cfg(feature = "compression")]
mod content_coding;
mod cors;
mod credentials;
mod csrf;
#[cfg(feature = "compression")]
mod decompression;
mod held;
mod https_redirect;
mod normal_path;
pub(crate) mod order;
pub(crate) mod origin;
mod rate_limit;
pub(crate) mod responding;
mod security_headers;
mod shared_cache;
mod stack;
mod time_limit;
mod unlogged;

pub(crate) use chain::{BoxFuture, Chain, Continue, Detached, Layers, Place};
pub use chain::{Layer, Next};
#[cfg(feature = "compression")]
pub use compression::Compression;
pub use concurrency_limit::ConcurrencyLimit;
#[cfg(feature = "compression")]
pub use content_coding::CompressionLevel;
pub use cors::Cors;
pub use credentials::{RequireBasic, RequireBearer};
pub use csrf::Csrf;
#[cfg(feature = "compression")]
pub use decompression::Decompression;
pub use https_redirect::HttpsRedirect;
#[cfg(feature = "tls")]
pub(crate) use https_redirect::https_target;
pub use normal_path::NormalPath;
pub use order::Kind;
#[cfg(feature = "redis")]
pub use rate_limit::WithoutRedis;
pub use rate_limit::{ByExtractor, ByRequest, Quota, QuotaError, RateKey, RateLimit};
pub use security_headers::{Csp, Framing, SecurityHeaders};
#[cfg(feature = "csp-nonces")]
pub use security_headers::{CspNonce, CspNonceRejection};
pub use shared_cache::{CacheCounts, SharedCache};
pub(crate) use stack::Stack;
pub use time_limit::TimeLimit;
pub use unlogged::Unlogged;

use crate::http::{Request, Response};

/// A value that stands around handlers: it sees the request first and the response last.
///
/// `#[middleware]` writes this for a function; implement it for values that have settings of their own.
///
/// ```
/// use server::{Middleware, Next, Request, Response};
///
/// struct Stamp(&'static str);
///
/// impl<S: Sync> Middleware<S> for Stamp {
///     async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
///         next.run(request).await.header("x-stamp", self.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no middleware: write `#[middleware]` over a function, or implement `Middleware` for the type",
    label = "this is no middleware here",
    note = "write `#[middleware]` over the function, or implement `server::Middleware<S>` for the type"
)]
pub trait Middleware<S>: Send + Sync + 'static {
    /// What this is to the order of a stack; a value that wraps one of the box says what that is.
    const KIND: Kind = Kind::Own;

    /// Answers `request`, as a rule by asking `next` and changing what goes in or comes out.
    fn call(&self, request: Request, state: &S, next: Next<'_>) -> impl Future<Output = Response> + Send;

    /// Whether this answers CORS preflights, and so is asked about those for the routes that it stands around; what
    /// else stands around a route is not.
    ///
    /// A value that wraps a [`Cors`](crate::layers::Cors) says what that says.
    fn answers_preflights(&self) -> bool {
        false
    }
}
