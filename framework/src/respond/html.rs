//! [`Html`]: a page.

use super::IntoResponse;
use crate::http::{Body, Response};

/// Answers 200 with `text/html; charset=utf-8`.
///
/// The text goes out as it is: what comes from a client is to be escaped before, as templates do.
///
/// ```
/// use server::{Html, get};
///
/// #[get("/")]
/// async fn index() -> Html<&'static str> {
///     Html("<!doctype html><title>hello</title>")
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Html<T>(pub T);

impl<T: Into<Body>> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        Response::ok().page(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_all_that_is_a_body() {
        for mut response in [
            Html("<p>").into_response(),
            Html("<p>".to_owned()).into_response(),
            Html(Body::from("<p>")).into_response(),
        ] {
            assert_eq!(response.content_type().unwrap(), "text/html; charset=utf-8");
            assert_eq!(response.body_mut().as_bytes().unwrap(), "<p>");
        }
    }
}
