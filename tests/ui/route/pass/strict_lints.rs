//! What a macro generates gives no warning, however strict the crate around it.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unnameable_types,
    unused_qualifications,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    unused_lifetimes,
    unsafe_code
)]

use server::{Endpoint, FromRequest, Handle, IntoResponse, Request, Response, get, post, route};
use std::borrow::Cow;
use std::convert::Infallible;

/// Documented, as the crate asks.
#[derive(Debug)]
pub struct Session;

impl<S: Sync> FromRequest<S> for Session {
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Documented, as the crate asks.
#[get("/users/:id/:name", tag = "users", timeout = "5s")]
pub async fn user(id: u64, name: Cow<'_, str>, _: Session) -> Response {
    let _ = (id, name);
    "user".into_response()
}

#[post("/users/:name")]
fn blocking(name: &str, _session: Session) -> &'static str {
    let _ = name;
    "user"
}

#[route(GET | POST, "/files/*path", "/documents/*path")]
async fn files(path: String, mut request: Request) -> Response {
    let _ = (path, request.take_body());
    Response::ok()
}

fn routed<H: Endpoint + Handle<()>>() {}

fn main() {
    routed::<user>();
    routed::<blocking>();
    routed::<files>();
}
