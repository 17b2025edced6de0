//! The fields that [`Cors`] writes: for preflights, and for all else.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS,
};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{AllowedFields, Cors, is_field_name};
use crate::http::{Preflight, Request, Response};
use crate::respond::Problem;

const REQUEST_PRIVATE_NETWORK: &str = "access-control-request-private-network";
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");
const TRUE: HeaderValue = HeaderValue::from_static("true");
/// The most bytes of field names that are given back as they were asked for.
const MAX_MIRRORED_BYTES: usize = 4096;

impl Cors {
    /// Adds to an answer what lets a browser hand it to a script of `origin`; `Vary` is added whoever asks, so that no
    /// cache gives one origin's answer to another.
    #[inline]
    pub(super) fn share(&self, mut response: Response, origin: Option<HeaderValue>) -> Response {
        if !self.is_same_for_all() {
            response.vary_by("origin");
        }
        if let Some(origin) = origin {
            response.set_header(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.credentials {
                response.set_header(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
            }
            if !self.exposed.is_empty() {
                response = response.header(ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed.join(", "));
            }
        }
        response
    }

    /// 204 with what is allowed, or 403 with a sentence: a browser takes either for what it is, a developer reads it.
    #[inline]
    pub(super) fn answer_preflight(&self, request: &Request, preflight: &Preflight) -> Response {
        let mut response = match self.permit(request, preflight) {
            Ok(response) => response,
            Err(detail) => Response::problem(Problem::new(StatusCode::FORBIDDEN).detail(detail)),
        };
        for name in ["origin", "access-control-request-method", "access-control-request-headers"] {
            response.vary_by(name);
        }
        if self.private_network {
            response.vary_by(REQUEST_PRIVATE_NETWORK);
        }
        response
    }

    #[inline]
    fn permit(&self, request: &Request, preflight: &Preflight) -> Result<Response, String> {
        let Some(origin) = self.allowed_origin(request) else {
            let origin = request.header("origin").unwrap_or_default();
            return Err(format!("the origin `{origin}` may not read what is answered here"));
        };
        let method = Preflight::wanted(request).unwrap_or_default();
        let methods = match &preflight.methods {
            Some(methods) if methods.contains(&method.as_str()) => methods.join(", "),
            Some(methods) => {
                let methods = methods.join(", ");
                return Err(format!("{method} is not answered here; for other origins: {methods}"));
            }
            None => method.to_string(),
        };
        let mut response = Response::no_content()
            .header(ACCESS_CONTROL_ALLOW_METHODS, methods)
            .header(ACCESS_CONTROL_MAX_AGE, self.max_age.as_secs());
        response.set_header(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if let Some(names) = self.permitted_fields(request)? {
            response = response.header(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        if self.credentials {
            response.set_header(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if request.header(REQUEST_PRIVATE_NETWORK) == Some("true") {
            if !self.private_network {
                return Err("pages of public networks may not ask a server in this one".to_owned());
            }
            response.set_header(ALLOW_PRIVATE_NETWORK, TRUE);
        }
        Ok(response)
    }

    /// The value of `Access-Control-Allow-Headers`, where there is one.
    #[inline]
    fn permitted_fields(&self, request: &Request) -> Result<Option<String>, String> {
        let mut names = Vec::new();
        for line in request.header_values(ACCESS_CONTROL_REQUEST_HEADERS.as_str()) {
            let line = String::from_utf8_lossy(line).to_ascii_lowercase();
            names.extend(line.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
        }
        match self.allowed {
            AllowedFields::Listed([]) if names.is_empty() => Ok(None),
            AllowedFields::Listed(listed) => match names.iter().find(|name| !listed.contains(&name.as_str()))
            {
                Some(name) => {
                    Err(format!("the field `{name}` is not allowed here; allowed: {}", listed.join(", ")))
                }
                None => Ok(Some(listed.join(", "))),
            },
            AllowedFields::Mirrored => {
                let len: usize = names.iter().map(|name| name.len() + 2).sum();
                if len > MAX_MIRRORED_BYTES || !names.iter().all(|name| is_field_name(name.as_bytes())) {
                    return Err("expected the names of fields, in 4 KiB at most".to_owned());
                }
                Ok((!names.is_empty()).then(|| names.join(", ")))
            }
        }
    }
}
