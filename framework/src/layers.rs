//! The middleware in the box: values that stand around a server (`Server::with`), a scope (`with [...]`) or a route
//! (`with = [...]`).
//!
//! Each has a sane default, and most are made in a constant, where a setting that cannot work is a compile error.
//!
//! ```
//! use server::layers::Cors;
//! use server::{Routes, get, routes};
//!
//! const CORS: Cors = Cors::new().origins(&["https://app.example.org"]);
//!
//! #[get("/notes")]
//! async fn notes() -> &'static str {
//!     "milk"
//! }
//!
//! const ROUTES: Routes = routes!["/api" with [CORS] => [notes]];
//! # assert_eq!(ROUTES.len(), 1);
//! ```

#[cfg(feature = "redis")]
pub use crate::middleware::WithoutRedis;
pub use crate::middleware::{
    ByExtractor, ByRequest, CacheCounts, ConcurrencyLimit, Cors, Csp, Csrf, Framing, HttpsRedirect, Kind,
    NormalPath, Quota, QuotaError, RateKey, RateLimit, RequireBasic, RequireBearer, SecurityHeaders,
    SharedCache, TimeLimit, Unlogged,
};
#[cfg(feature = "compression")]
pub use crate::middleware::{Compression, CompressionLevel, Decompression};
#[cfg(feature = "csp-nonces")]
pub use crate::middleware::{CspNonce, CspNonceRejection};
