//! [`Counters`] as an argument.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::Request;
use crate::observe::Counters;

/// Takes the counters of the server that the request came to. One that came to no server, in a test of an extractor
/// say, has counters that stay at zero.
impl<S: Sync> FromRequest<S> for Counters {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.counters().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::Counts;

    #[tokio::test]
    async fn are_those_of_the_server() {
        let (ours, theirs) = (Counters::default(), Counters::default());
        for counters in [&ours, &theirs, &ours] {
            let mut request = Request::new(Method::GET, "/");
            request.set_counters(counters);
            let Ok(found) = Counters::from_request(&mut request, &()).await;
            assert!(found.is(counters));
        }
    }

    #[tokio::test]
    async fn without_a_server_they_stay_at_zero() {
        // Its storage may be one that a server's request has left.
        let Ok(found) = Counters::from_request(&mut Request::new(Method::GET, "/"), &()).await;
        assert_eq!(found.read(), Counts::default());
    }
}
