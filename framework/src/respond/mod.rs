//! Responses: what a handler may return.
//!
//! One trait, [`IntoResponse`], and a file for each kind of answer.

pub(crate) mod cause;
mod form;
mod html;
mod parts;
mod problem;
mod redirect;
mod render;
mod status;
mod text;

use std::convert::Infallible;

use crate::http::Response;

pub use html::Html;
pub use parts::ResponsePart;
pub use problem::Problem;
pub use redirect::Redirect;
pub(crate) use render::{Renderer, render};

/// A value that a handler, an extractor's rejection or a middleware can answer with.
///
/// ```
/// use server::{IntoResponse, Response, get};
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self) -> Response {
///         Response::ok().header("content-type", "text/csv").text(self.0)
///     }
/// }
///
/// #[get("/report.csv")]
/// async fn report() -> Csv {
///     Csv("name,age\r\nAda,36\r\n".to_owned())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no response",
    label = "a handler cannot return a `{Self}`",
    note = "return text, bytes, `Json(value)`, `Html(text)`, a `StatusCode`, a tuple such as `(StatusCode, Json(value))`, \
            a `Response`, or a `Result` of two of these; or implement `IntoResponse` for it"
)]
pub trait IntoResponse {
    /// Makes the response.
    fn into_response(self) -> Response;
}

impl IntoResponse for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for Infallible {
    fn into_response(self) -> Response {
        match self {}
    }
}

impl<T: IntoResponse, E: IntoResponse> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => error.into_response(),
        }
    }
}

/// Percent-encodes what a URI reference cannot hold, control bytes and non-ASCII among it; what is encoded already
/// stays as it is.
pub(crate) fn uri_reference(text: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    /// All that RFC 3986 §2 does not let stand in a reference, but for `%`.
    const OUTSIDE: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    utf8_percent_encode(text, OUTSIDE).to_string()
}
