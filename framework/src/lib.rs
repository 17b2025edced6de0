//! A declarative web framework on an HTTP engine of its own.

// Macros name `::server::...`; so does this crate's own test code.
extern crate self as server;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod app;
mod banner;
mod config;
mod entry;
mod error;
mod extract;
mod h1;
mod http;
mod log;
mod macros;
mod middleware;
mod net;
mod respond;
mod routing;
// `server` is this crate's own name already.
#[path = "server.rs"]
mod serving;
pub mod testing;

#[doc(inline)]
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};

pub use config::{ConfigErrors, Runtime, Settings, TrailingSlash};
pub use error::{Error, Result};
pub use extract::{
    ClientAddr, ContentType, Form, FromParam, FromRequest, Header, HeaderFault, IntoParam, Json,
    MatchedRoute, ParamError, Parsed, Path, Provides, Query, Rejected, State, TypedHeader, UserAgent,
    rejection,
};
pub use http::{Body, BodyError, BodySender, BodySource, FieldValues, Request, RequestId, Response};
pub use macros::{
    HttpError, State, delete, extractor, get, head, main, middleware, options, patch, post, put, route,
    routes, scope, test,
};
pub use middleware::{Layer, Middleware, Next};
pub use respond::{Html, IntoResponse, Problem, Redirect, ResponsePart};
pub use routing::{Endpoint, Handle, ListedRoute, Mount, Rest, RouteInfo, Routes};
pub use serving::{HasState, Held, Missing, Server};
