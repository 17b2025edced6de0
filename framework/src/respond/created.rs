//! [`Created`] and [`NoContent`]: what answers a POST, a PUT or a DELETE that did what it was asked.

use http::StatusCode;

use super::IntoResponse;
use crate::http::Response;

/// Answers 201 with the `Location` of what was created, and with a body (RFC 9110 §15.3.2).
///
/// Bytes of the location that cannot stand in a URI reference are percent-encoded, so that no text can end the field
/// line.
///
/// ```
/// use server::{Created, Json, get, post};
///
/// #[get("/users/:id")]
/// async fn user(id: u64) -> Json<u64> {
///     Json(id)
/// }
///
/// #[post("/users")]
/// async fn create() -> Created<Json<u64>> {
///     Created::at(user::url(7), Json(7))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created<T> {
    location: String,
    body: T,
}

impl<T> Created<T> {
    /// What was created is found at `location`; `body` says what it is, `()` says nothing.
    pub fn at(location: impl Into<String>, body: T) -> Self {
        Self { location: location.into(), body }
    }
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        self.body.into_response().with_status(StatusCode::CREATED).location(&self.location)
    }
}

/// Answers 204: it is done, and there is nothing to say (RFC 9110 §15.3.5).
///
/// ```
/// use server::{NoContent, delete};
///
/// #[delete("/users/:id")]
/// async fn delete_user(id: u64) -> NoContent {
///     NoContent
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        Response::no_content()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Json;

    #[test]
    fn says_where_and_what() {
        let mut response = Created::at("/users/7\r\nx: y", Json(7)).into_response();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["location"]),
            (201, &"/users/7%0D%0Ax:%20y".parse().unwrap())
        );
        assert_eq!(response.body_mut().as_bytes().unwrap(), "7");
        let response = Created::at("/users/7", ()).into_response();
        assert_eq!((response.status().as_u16(), response.content_type()), (201, None));
        assert_eq!(NoContent.into_response().status(), 204);
    }

    #[test]
    fn what_cannot_be_written_is_no_success() {
        let unwritable = std::collections::HashMap::from([(vec![1], 1)]);
        let response = Created::at("/users/7", Json(unwritable)).into_response();
        assert_eq!((response.status().as_u16(), response.headers().len()), (500, 0));
    }
}
