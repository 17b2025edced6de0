//! [`Path`]: the parameters of the matched pattern as one value.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use http::StatusCode;

use super::FromRequest;
use super::de::{FieldErrors, Fields};
use super::serde_bounds::Readable;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes all parameters of the matched pattern, percent-decoded: one value where there is one, a tuple or list in the
/// pattern's order, a struct or map by their names.
///
/// Most handlers need none of it: an argument called like a `:param` is that parameter. This is for structs that
/// several routes share, and for middleware.
///
/// ```
/// use serde::Deserialize;
/// use server::{Path, get};
///
/// #[derive(Deserialize)]
/// struct File {
///     user: u64,
///     name: String,
/// }
///
/// #[get("/users/:user/files/*name")]
/// async fn file(Path(file): Path<File>) -> String {
///     format!("{} of {}", file.name, file.user)
/// }
/// ```
///
/// Refuses with 400 text that is not what its parameter is, naming each at fault, and text that is not UTF-8 once decoded.
/// A type that the pattern's parameters cannot make is the application's mistake: 500, with the reason in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<S: Sync, T: Readable + Send> FromRequest<S> for Path<T> {
    const READY: bool = true;
    type Rejection = PathRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, PathRejection> {
        let names = request.param_names().enumerate();
        let params = names.filter_map(|(index, name)| Some((name, request.raw_param(index)?)));
        Fields::params(params).into_params().map(Self).map_err(PathRejection)
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Why a path's parameters are no `T`.
#[derive(Debug)]
pub struct PathRejection(FieldErrors);

impl PathRejection {
    /// 400, or 500 where no path could make the type.
    pub fn status(&self) -> StatusCode {
        if self.0.are_of_shape() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST }
    }

    /// The name of the first parameter at fault, where one is.
    pub fn param(&self) -> Option<&str> {
        self.0.field()
    }

    /// All that is wrong.
    pub fn errors(&self) -> &FieldErrors {
        &self.0
    }
}

impl fmt::Display for PathRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path: {}", self.0)
    }
}

impl Error for PathRejection {}

impl IntoResponse for PathRejection {
    #[inline]
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            return Problem::new(status).source(self).into_response();
        }
        self.0.problem(status).detail(self.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde::Deserialize;

    use super::*;
    use crate::routing::{Pattern, RouteInfo, Segment};

    const PATTERN: Pattern = Pattern {
        text: "/users/:user/*name",
        segments: &[Segment::Literal("users"), Segment::Param("user"), Segment::CatchAll("name")],
    };
    static ROUTE: RouteInfo =
        RouteInfo { methods: &["GET"], patterns: &[PATTERN], name: "file", ..RouteInfo::NONE };

    /// A request for `/users/<user>/<name>`, routed.
    fn request(user: &str, name: &str) -> Request {
        let mut request = Request::new(Method::GET, &format!("/users/{user}/{name}"));
        let start = "/users/".len();
        let end = request.path().len();
        let (_, captures) = request.head_and_captures();
        captures.push(start, start + user.len());
        captures.push(start + user.len() + 1, end);
        request.set_route(&ROUTE, None);
        request
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct File {
        user: u64,
        name: String,
    }

    #[tokio::test]
    async fn takes_a_struct_or_a_tuple() {
        let expected = File { user: 7, name: "a b/c+d".to_owned() };
        let Path(file) = Path::<File>::from_request(&mut request("7", "a%20b/c+d"), &()).await.unwrap();
        assert_eq!(file, expected);
        let Path(pair) = Path::<(u8, String)>::from_request(&mut request("7", "x"), &()).await.unwrap();
        assert_eq!(pair, (7, "x".to_owned()));
    }

    #[tokio::test]
    async fn a_request_without_a_route_has_no_parameters() {
        let mut request = Request::new(Method::GET, "/users/7/x");
        assert_eq!(Path::<()>::from_request(&mut request, &()).await.unwrap(), Path(()));
        assert_eq!(Path::<u8>::from_request(&mut request, &()).await.unwrap_err().status(), 500);
    }

    #[tokio::test]
    async fn names_the_parameter() {
        let refused = Path::<File>::from_request(&mut request("x", "y"), &()).await.unwrap_err();
        assert_eq!(refused.param(), Some("user"));
        assert_eq!(refused.to_string(), "path: `user`: expected an unsigned 64-bit integer, found `x`");
        assert_eq!(refused.into_response().status(), 400);
    }

    #[tokio::test]
    async fn names_each_parameter_at_fault() {
        let text = "path: `user`: expected an unsigned 64-bit integer, found `x`; \
                    `name`: expected `true` or `false`, found `y`";
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "never made")]
        struct Flag {
            user: u64,
            name: bool,
        }
        let refused = Path::<Flag>::from_request(&mut request("x", "y"), &()).await.unwrap_err();
        assert_eq!(refused.to_string(), text);
        let refused = Path::<(u64, bool)>::from_request(&mut request("x", "y"), &()).await.unwrap_err();
        assert_eq!(refused.to_string(), text);
        let response = refused.into_response();
        let document = response.problem_ref().unwrap().parsed_document(crate::http::RequestId::generate());
        assert_eq!(document["errors"][1]["field"], "name");
    }

    #[tokio::test]
    async fn tells_the_client_nothing_of_a_type_that_no_path_makes() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "never made")]
        struct Other {
            id: u64,
        }
        for refused in [
            Path::<Other>::from_request(&mut request("7", "y"), &()).await.map(drop),
            Path::<u64>::from_request(&mut request("7", "y"), &()).await.map(drop),
            Path::<(u64,)>::from_request(&mut request("7", "y"), &()).await.map(drop),
        ] {
            let response = refused.unwrap_err().into_response();
            assert_eq!(response.status(), 500);
            let problem = response.problem_ref().unwrap();
            assert_eq!(problem.detail_text(), None);
            assert!(problem.source_error().is_some());
        }
    }
}
