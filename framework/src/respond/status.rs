//! Responses that are little more than a status: `StatusCode`, `()` and `Option`.

use http::StatusCode;

use super::{IntoResponse, Problem};
use crate::http::Response;

/// 204 No Content.
impl IntoResponse for () {
    fn into_response(self) -> Response {
        Response::no_content()
    }
}

/// The status without a body; one of 400 and above is a problem document (RFC 9457), as every failure is.
///
/// ```
/// use server::{StatusCode, delete};
///
/// #[delete("/users/:id")]
/// async fn delete_user(id: u64) -> StatusCode {
///     if id == 0 { StatusCode::NOT_FOUND } else { StatusCode::NO_CONTENT }
/// }
/// ```
impl IntoResponse for StatusCode {
    fn into_response(self) -> Response {
        if self.is_client_error() || self.is_server_error() {
            return Response::problem(Problem::new(self));
        }
        Response::new(self)
    }
}

/// The value's answer, or 404 as a problem document.
///
/// ```
/// use server::{Json, get};
///
/// #[get("/squares/:number")]
/// async fn square(number: u32) -> Option<Json<u32>> {
///     number.checked_mul(number).map(Json)
/// }
/// ```
impl<T: IntoResponse> IntoResponse for Option<T> {
    fn into_response(self) -> Response {
        self.map_or_else(|| StatusCode::NOT_FOUND.into_response(), T::into_response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_problem_and_a_success_is_empty() {
        for (status, is_problem) in
            [(200, false), (204, false), (304, false), (399, false), (400, true), (599, true)]
        {
            let status = StatusCode::from_u16(status).unwrap();
            let mut response = status.into_response();
            assert_eq!(response.status(), status);
            assert_eq!(response.problem_ref().is_some(), is_problem, "{status}");
            assert!(response.body_mut().is_empty());
            assert_eq!(response.content_type(), None);
        }
    }

    #[test]
    fn nothing_is_no_content_and_none_is_not_found() {
        assert_eq!(().into_response().status(), 204);
        assert_eq!(Some("a").into_response().status(), 200);
        let response = None::<&str>.into_response();
        assert_eq!((response.status().as_u16(), response.problem_ref().is_some()), (404, true));
    }
}
