//! [`Extension`]: what a layer of tower has attached to the request.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::extract::FromRequest;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes a value that a layer of tower, or who called the service, has attached to the request.
///
/// What the application has itself is [`State`](struct@crate::State), and what it makes of a request an
/// [`extractor`](macro@crate::extractor): the compiler knows that these are there. Whether a layer was there is only
/// known when the request comes: without the value it is a 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<T>(pub T);

impl<S: Sync, T: Clone + Send + Sync + 'static> FromRequest<S> for Extension<T> {
    const READY: bool = true;
    type Rejection = ExtensionRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, ExtensionRejection> {
        let found = request.extensions().and_then(|extensions| extensions.get::<T>()).cloned();
        found.map(Self).ok_or(ExtensionRejection { name: std::any::type_name::<T>() })
    }
}

/// Nobody has attached such a value; 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionRejection {
    name: &'static str,
}

impl fmt::Display for ExtensionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no layer has attached a `{}` to the request", self.name)
    }
}

impl Error for ExtensionRejection {}

impl IntoResponse for ExtensionRejection {
    fn into_response(self) -> Response {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR).source(self).into_response()
    }
}
