//! [`Query`]: the query string as a value.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};

use http::StatusCode;
use serde_core::de::Deserialize;

use super::FromRequest;
use super::de::{Coding, FieldErrors, Fields};
use super::serde_bounds::Readable;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the query string apart: `?page=2&tag=a&tag=b`.
///
/// A field that may be absent has a default or is an `Option`; a name given several times makes a list; names that
/// the type does not have are left alone unless it says `deny_unknown_fields`. `bool` is `true`, `1` or `on`, or
/// `false`, `0` or `off`. A number has no `+` in front, as in a path; zeros may lead. An empty value is `None` where the
/// type in the option cannot be empty. Structs nest through `#[serde(flatten)]`, numbers and lists in them too; but serde
/// makes a flattened `Option<Struct>` `None` where anything in it is refused. A request without a query string is like one
/// with an empty one.
///
/// ```
/// use serde::Deserialize;
/// use server::{Query, get};
///
/// #[derive(Deserialize)]
/// struct Paging {
///     #[serde(default)]
///     page: u32,
///     #[serde(default)]
///     tag: Vec<String>,
/// }
///
/// #[get("/posts")]
/// async fn posts(Query(paging): Query<Paging>) -> String {
///     format!("page {} of {:?}", paging.page, paging.tag)
/// }
///
/// let Query(paging) = Query::<Paging>::parse("page=2&tag=a&tag=b")?;
/// assert_eq!((paging.page, paging.tag.len()), (2, 2));
/// # Ok::<(), server::rejection::QueryRejection>(())
/// ```
///
/// Refuses with 400, naming each field at fault: text that is not what its field is, a field that is missing, broken
/// percent-encoding, text that is not UTF-8, more than 1,000 names and values. A type that no query can make, such as one
/// with a struct in a field that is not flattened, is the application's mistake: 500, with the reason in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T> Query<T> {
    /// Takes a query string apart, without its `?`.
    ///
    /// # Errors
    ///
    /// What is said above.
    pub fn parse<'de>(query: &'de str) -> Result<Self, QueryRejection>
    where
        T: Deserialize<'de>,
    {
        let fields = Fields::parse(query, Coding::Form).map_err(|error| QueryRejection(error.into()))?;
        fields.into_map().map(Self).map_err(QueryRejection)
    }
}

impl<S: Sync, T: Readable + Send> FromRequest<S> for Query<T> {
    const READY: bool = true;
    type Rejection = QueryRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, QueryRejection> {
        Self::parse(request.query().unwrap_or_default())
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Query<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Why a query string is no `T`.
#[derive(Debug)]
pub struct QueryRejection(FieldErrors);

impl QueryRejection {
    /// 400, or 500 where no query could make the type.
    pub fn status(&self) -> StatusCode {
        if self.0.are_impossible() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST }
    }

    /// The name of the first field at fault, where it has one.
    pub fn field(&self) -> Option<&str> {
        self.0.field()
    }

    /// All that is wrong.
    pub fn errors(&self) -> &FieldErrors {
        &self.0
    }
}

impl fmt::Display for QueryRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query: {}", self.0)
    }
}

impl Error for QueryRejection {}

impl IntoResponse for QueryRejection {
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

    #[derive(Debug, PartialEq, Deserialize)]
    struct Paging {
        page: Option<u32>,
    }

    async fn extract(target: &str) -> Result<Query<Paging>, QueryRejection> {
        Query::from_request(&mut Request::new(Method::GET, target), &()).await
    }

    #[tokio::test]
    async fn reads_what_follows_the_question_mark() {
        for (target, page) in
            [("/", None), ("/?", None), ("/?page=7", Some(7)), ("/?a?b=c&page=%37", Some(7))]
        {
            assert_eq!(extract(target).await.unwrap().page, page, "{target}");
        }
    }

    #[tokio::test]
    async fn names_the_field() {
        let refused = extract("/?page=abc").await.unwrap_err();
        assert_eq!(refused.field(), Some("page"));
        assert_eq!(refused.to_string(), "query: `page`: expected an unsigned 32-bit integer, found `abc`");
        let response = refused.into_response();
        assert_eq!(response.status(), 400);
        let document = response.problem_ref().unwrap().parsed_document(crate::RequestId::generate());
        assert_eq!(document["field"], "page");
    }

    #[test]
    fn tells_all_faults_at_once() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its faults are looked at")]
        struct Search {
            q: String,
            sort: Sort,
            page: std::num::NonZeroU32,
            tag: Vec<u8>,
            on: bool,
            #[serde(default)]
            least: Option<f64>,
        }
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Sort {
            Name,
            Age,
        }
        let refused = Query::<Search>::parse("sort=x&page=0&tag=1&tag=z&least=y&frist=1&on=%").unwrap_err();
        let faults: Vec<_> = refused.errors().iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "`sort`: expected `name` or `age`, found `x`",
                "`page`: expected a nonzero u32, found `0`",
                "`tag`: expected an unsigned 8-bit integer, found `z`",
                "`least`: expected a number, found `y`",
                "`frist` is not known: expected one of `q`, `sort`, `page`, `tag`, `on`, `least`",
                "`on`: expected two hexadecimal digits after each `%`",
                "`q` is missing",
            ]
        );
        assert_eq!(refused.to_string(), format!("query: {}", faults.join("; ")));
        let response = refused.into_response();
        let document = response.problem_ref().unwrap().parsed_document(crate::RequestId::generate());
        assert_eq!((&document["field"], document["errors"].as_array().unwrap().len()), (&"sort".into(), 7));
        let first = serde_json::json!({ "field": "sort", "detail": faults[0] });
        assert_eq!(document["errors"][0], first);
    }

    #[test]
    fn tells_the_missing_ones_and_stops_where_nothing_stands_in() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its faults are looked at")]
        struct Many {
            a: String,
            b: std::net::IpAddr,
            c: u8,
        }
        let faults = |query| Query::<Many>::parse(query).unwrap_err().to_string();
        assert_eq!(faults("b=::1"), "query: `a` is missing; `c` is missing");
        // Nothing is an address that we could think of, so what is missing behind it is not seen.
        assert_eq!(
            faults("b=x&c=x"),
            "query: `b`: invalid IP address syntax; `c`: expected an unsigned 8-bit integer, found `x`"
        );
    }

    #[tokio::test]
    async fn tells_the_client_nothing_of_a_type_that_no_query_makes() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "never made")]
        struct Outer {
            page: Paging,
        }
        for target in ["/", "/?page=7"] {
            let mut request = Request::new(Method::GET, target);
            let response = Query::<Outer>::from_request(&mut request, &()).await.unwrap_err().into_response();
            assert_eq!(response.status(), 500);
            let problem = response.problem_ref().unwrap();
            assert_eq!(problem.detail_text(), None);
            let reason = problem.source_error().unwrap().to_string();
            assert!(reason.contains("`page`: expected struct Paging, found "), "{reason}");
            assert!(reason.contains("`#[serde(flatten)]` over its field"), "{reason}");
        }
    }

    #[test]
    fn borrows_from_the_text() {
        #[derive(Deserialize)]
        struct Search<'a> {
            q: &'a str,
        }
        assert_eq!(Query::<Search<'_>>::parse("q=plain").unwrap().q, "plain");
    }

    #[tokio::test]
    async fn option_and_result_take_what_is_refused() {
        let mut request = Request::new(Method::GET, "/?page=abc");
        let Ok(none) = Option::<Query<Paging>>::from_request(&mut request, &()).await;
        assert_eq!(none, None);
        let Ok(result) = Result::<Query<Paging>, QueryRejection>::from_request(&mut request, &()).await;
        assert_eq!(result.unwrap_err().field(), Some("page"));
    }
}
