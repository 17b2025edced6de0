//! A declarative web framework on an HTTP engine of its own.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod error;
mod extract;
mod h1;
mod http;
mod middleware;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod respond;
mod routing;

#[doc(inline)]
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};

pub use error::{Error, Result};
pub use extract::{FromRequest, Provides};
pub use http::{Body, BodyError, BodySender, BodySource, FieldValues, Request, RequestId, Response};
pub use middleware::{Layer, Middleware, Next};
pub use respond::{IntoResponse, Problem};
pub use routing::{Endpoint, Handle, RouteInfo};
