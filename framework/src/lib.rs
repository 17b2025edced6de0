//! A declarative web framework on an HTTP engine of its own.

// Macros name `::server::...`; so does this crate's own test code.
extern crate self as server;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod banner;
mod config;
mod error;
mod extract;
mod h1;
mod http;
mod log;
mod macros;
mod middleware;
mod respond;
mod routing;

#[doc(inline)]
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};

pub use config::{ConfigErrors, Runtime, Settings, TrailingSlash};
pub use error::{Error, Result};
pub use extract::{FromRequest, Provides};
pub use http::{Body, BodyError, BodySender, BodySource, FieldValues, Request, RequestId, Response};
pub use macros::{
    delete, extractor, get, head, main, middleware, options, patch, post, put, route, routes, scope, test,
};
pub use middleware::{Layer, Middleware, Next};
pub use respond::{IntoResponse, Problem};
pub use routing::{Endpoint, Handle, RouteInfo};
