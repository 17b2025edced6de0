//! Tuples as responses: parts in front, the response they change at the end.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::IntoResponse;
use crate::http::Response;

/// What can stand before the response in a tuple: a status, or fields.
///
/// ```
/// use server::{Json, StatusCode, post};
///
/// #[post("/users")]
/// async fn create() -> (StatusCode, [(&'static str, &'static str); 1], Json<u64>) {
///     (StatusCode::CREATED, [("location", "/users/7")], Json(7))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand before the response in a tuple: put a `StatusCode` or fields there, and the body last",
    label = "expected a `StatusCode`, a `HeaderMap`, or an array of names and values",
    note = "the body comes last: `(StatusCode, [(\"x-name\", \"value\")], body)`; or implement `ResponsePart` for it"
)]
pub trait ResponsePart {
    /// Changes the response.
    fn apply(self, response: Response) -> Response;
}

/// Sets the status and keeps all else, the body of an error among it.
impl ResponsePart for StatusCode {
    fn apply(self, response: Response) -> Response {
        response.with_status(self)
    }
}

/// Sets each name to the values it has here, in place of what the response had.
impl ResponsePart for HeaderMap {
    fn apply(self, mut response: Response) -> Response {
        let mut current = None;
        for (name, value) in self {
            // The map names only the first of several values.
            match (name, &current) {
                (Some(name), _) => {
                    response.set_header(name.clone(), value);
                    current = Some(name);
                }
                (None, Some(name)) => response.append_header(name.clone(), value),
                (None, None) => {}
            }
        }
        response
    }
}

/// Sets each name to the values it has here, in place of what the response had. A name or value that no field line can
/// hold makes it a 500 with the reason in the log.
impl<Name, Value, const LEN: usize> ResponsePart for [(Name, Value); LEN]
where
    Name: TryInto<HeaderName>,
    Value: TryInto<HeaderValue>,
    Name::Error: fmt::Display,
    Value::Error: fmt::Display,
{
    fn apply(self, response: Response) -> Response {
        let mut fields = HeaderMap::with_capacity(LEN);
        for (name, value) in self {
            match Response::field(name, value) {
                Ok((name, value)) => drop(fields.append(name, value)),
                Err(reason) => return Response::broken(reason),
            }
        }
        fields.apply(response)
    }
}

/// Nothing changes where there is none.
impl<T: ResponsePart> ResponsePart for Option<T> {
    fn apply(self, response: Response) -> Response {
        match self {
            Some(part) => part.apply(response),
            None => response,
        }
    }
}

/// The response of a tuple: its last element's, changed by the others from left to right.
macro_rules! tuple {
    ($($part:ident)+) => {
        impl<$($part: ResponsePart,)+ Last: IntoResponse> IntoResponse for ($($part,)+ Last) {
            #[expect(non_snake_case, reason = "the elements are called like their types")]
            fn into_response(self) -> Response {
                let ($($part,)+ last) = self;
                let response = last.into_response();
                $(let response = $part.apply(response);)+
                response
            }
        }
    };
}

tuple!(First);
tuple!(First Second);
tuple!(First Second Third);
tuple!(First Second Third Fourth);

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_TYPE, SET_COOKIE};

    use super::*;
    use crate::{Json, Problem};

    #[test]
    fn parts_change_the_last() {
        let mut more = HeaderMap::new();
        more.append(SET_COOKIE, HeaderValue::from_static("a=1"));
        more.append(SET_COOKIE, HeaderValue::from_static("b=2"));
        let name = HeaderName::from_static("x-b");
        let parts = (StatusCode::CREATED, [("x-a", "1")], more, [(name, String::from("2"))], Json(7));
        let mut response = parts.into_response();
        assert_eq!(response.status(), 201);
        assert_eq!(response.content_type().unwrap(), "application/json");
        assert_eq!(
            (&response.headers()["x-a"], &response.headers()["x-b"]),
            (&"1".parse().unwrap(), &"2".parse().unwrap())
        );
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(response.body_mut().as_bytes().unwrap(), "7");
    }

    #[test]
    fn a_field_replaces_what_the_response_had() {
        let inner = ([("x-a", "old"), ("x-a", "older")], "text");
        let response = ([("x-a", "new"), ("content-type", "text/csv")], inner).into_response();
        assert_eq!(response.headers().get_all("x-a").iter().collect::<Vec<_>>(), ["new"]);
        assert_eq!(response.content_type().unwrap(), "text/csv");
        assert!(!response.headers().contains_key(CONTENT_TYPE));
    }

    #[test]
    fn what_splits_a_response_is_a_500_whatever_stands_beside() {
        let bad = "a\r\nset-cookie: b";
        let responses = [
            ([("x-a", bad)], "text").into_response(),
            (StatusCode::CREATED, [("x-a", bad)], "text").into_response(),
            ([("x-a", bad)], StatusCode::CREATED, [("x-b", "1")], "text").into_response(),
            ([("x a", "1")], "text").into_response(),
            ([(bad, "1")], [("content-type", "text/html")], "text").into_response(),
        ];
        for mut response in responses {
            assert_eq!(response.status(), 500);
            assert!(response.problem_ref().unwrap().source_error().is_some());
            assert!(response.body_mut().is_empty());
            assert!(response.headers().is_empty());
        }
    }

    #[test]
    fn a_status_keeps_the_body_of_an_error() {
        let mut response = (StatusCode::NOT_FOUND, "no such page").into_response();
        assert_eq!(response.body_mut().as_bytes().unwrap(), "no such page");
        assert!(response.problem_ref().is_none());
        let response =
            (StatusCode::GONE, Problem::new(StatusCode::NOT_FOUND).with("user", 7)).into_response();
        let document = response.problem_ref().unwrap().parsed_document(crate::RequestId::generate());
        assert_eq!(
            (&document["status"], &document["title"], &document["user"]),
            (&410.into(), &"Gone".into(), &7.into())
        );
    }

    #[test]
    fn a_response_can_be_the_last() {
        let response =
            (StatusCode::ACCEPTED, None::<StatusCode>, Response::ok().header("x-a", "1")).into_response();
        assert_eq!((response.status().as_u16(), response.headers().len()), (202, 1));
    }
}
