//! Requests and responses, out to the `http` crate's and back.
//!
//! Ours hold more than those can say: the matched route with its parameters, the problem that an answer reports, the
//! protocol that it switches to. That travels in the extensions, and is put together again on the way back.

use std::sync::{Arc, Mutex, PoisonError};

use http::header::HOST;
use http::{HeaderMap, HeaderValue};

use super::body::inward;
use crate::extract::ClientAddr;
use crate::http::{Body, BoxError, Request, Response};

/// What of a request or response only we understand; taken once.
pub(super) struct Carried<T>(Arc<Mutex<Option<T>>>);

impl<T> Carried<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Some(value))))
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Clone for Carried<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The request as others see it, and what is left of it.
pub(super) fn request_out(mut request: Request) -> (http::Request<Body>, Request) {
    let mut out = http::Request::new(request.take_body());
    *out.method_mut() = request.method().clone();
    *out.uri_mut() = request.uri();
    *out.version_mut() = request.version();
    *out.headers_mut() = std::mem::take(request.headers_mut());
    *out.extensions_mut() = std::mem::take(request.extensions_mut());
    if let Some(addr) = request.client_addr() {
        out.extensions_mut().insert(ClientAddr(addr));
    }
    (out, request)
}

/// Puts a request together again, with the fields, the body and the extensions that it has now. What it was routed by,
/// method and target, stays.
pub(super) fn request_in<B>(request: http::Request<B>, mut ours: Request) -> Request
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    *ours.headers_mut() = parts.headers;
    *ours.extensions_mut() = parts.extensions;
    ours.set_body(inward(body));
    ours
}

/// A request that no connection of ours has read; `None` for a target that no route has, as CONNECT's.
pub(super) fn new_request<B>(request: http::Request<B>) -> Option<Request>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let is_target =
        target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !is_target {
        return None;
    }
    let mut ours = Request::new(parts.method, target);
    // The authority of the target goes before the field (RFC 9112 §3.2.2); HTTP/2 has nothing else.
    if let Some(authority) = parts.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        parts.headers.insert(HOST, host);
    }
    *ours.headers_mut() = parts.headers;
    *ours.extensions_mut() = parts.extensions;
    ours.set_body(inward(body));
    Some(ours)
}

/// The response as others see it.
pub(super) fn response_out(mut response: Response) -> http::Response<Body> {
    let mut out = http::Response::new(response.take_body());
    *out.status_mut() = response.status();
    *out.headers_mut() = std::mem::take(response.headers_mut());
    out.extensions_mut().insert(Carried::new(response));
    out
}

/// Puts a response together again, or makes one of another's.
pub(super) fn response_in<B>(mut response: http::Response<B>) -> Response
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let ours = response.extensions_mut().remove::<Carried<Response>>().and_then(|carried| carried.take());
    let (parts, body) = response.into_parts();
    let ours = match ours {
        Some(ours) if ours.status() == parts.status => ours,
        Some(ours) => ours.with_status(parts.status),
        None => Response::new(parts.status),
    };
    with_fields(ours, parts.headers).body(inward(body))
}

fn with_fields(mut response: Response, fields: HeaderMap) -> Response {
    if !fields.is_empty() {
        *response.headers_mut() = fields;
    }
    response
}
