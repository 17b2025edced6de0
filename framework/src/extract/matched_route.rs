//! [`MatchedRoute`]: which route answers.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use http::StatusCode;

use super::FromRequest;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};
use crate::routing::RouteInfo;

/// Takes the route that the table matched: for logs, counters and links that must not depend on a path's parameters.
///
/// ```
/// use server::{MatchedRoute, get};
///
/// #[get("/users/:id")]
/// async fn get_user(id: u64, route: MatchedRoute) -> String {
///     format!("user {id} by {}", route.pattern())
/// }
/// ```
///
/// Handlers of the table always have one. Middleware also sees requests that no route answers: there it is a 500, and
/// `Option<MatchedRoute>` is what to take.
#[derive(Clone, Copy, Debug)]
pub struct MatchedRoute {
    info: &'static RouteInfo,
    pattern: &'static str,
}

impl MatchedRoute {
    /// The pattern that matched, as written, with the prefixes of the scopes around it.
    pub fn pattern(self) -> &'static str {
        self.pattern
    }

    /// All that is known of the route; `name`, `policy` and the others can be read from this value as well.
    pub fn info(self) -> &'static RouteInfo {
        self.info
    }
}

impl<S: Sync> FromRequest<S> for MatchedRoute {
    const READY: bool = true;
    type Rejection = MatchedRouteRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, MatchedRouteRejection> {
        let own = request.matched_pattern().map(|pattern| pattern.text);
        let route = request.matched_route().zip(request.full_pattern().or(own));
        route.map(|(info, pattern)| Self { info, pattern }).ok_or(MatchedRouteRejection(()))
    }
}

impl Deref for MatchedRoute {
    type Target = RouteInfo;

    fn deref(&self) -> &RouteInfo {
        self.info
    }
}

/// No route answers this request; 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedRouteRejection(());

impl MatchedRouteRejection {
    /// 500 Internal Server Error.
    pub fn status(self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

impl fmt::Display for MatchedRouteRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the matched route is asked for where no route answers: take an Option")
    }
}

impl Error for MatchedRouteRejection {}

impl IntoResponse for MatchedRouteRejection {
    #[inline]
    fn into_response(self) -> Response {
        Problem::new(self.status()).source(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::routing::{Pattern, Segment};

    const PATTERNS: &[Pattern] = &[
        Pattern { text: "/a", segments: &[Segment::Literal("a")] },
        Pattern { text: "/:b", segments: &[Segment::Param("b")] },
    ];
    static ROUTE: RouteInfo =
        RouteInfo { methods: &["GET"], patterns: PATTERNS, name: "two", ..RouteInfo::NONE };

    #[tokio::test]
    async fn is_the_pattern_that_matched() {
        let mut request = Request::new(Method::GET, "/x");
        request.head_and_captures().1.set_pattern(1);
        request.set_route(&ROUTE, None);
        let route = MatchedRoute::from_request(&mut request, &()).await.unwrap();
        assert_eq!((route.pattern(), route.name), ("/:b", "two"));
    }

    #[tokio::test]
    async fn there_is_none_where_no_route_answers() {
        let refused = MatchedRoute::from_request(&mut Request::new(Method::GET, "/"), &()).await.unwrap_err();
        assert_eq!(refused.into_response().status(), 500);
    }
}
