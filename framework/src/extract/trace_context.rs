//! [`TraceContext`] as an argument.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::{Request, TraceContext};

/// Takes the request's place in a trace, as it stands in the log.
impl<S: Sync> FromRequest<S> for TraceContext {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(request))
    }
}
