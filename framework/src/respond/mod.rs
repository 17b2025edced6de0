//! Responses: what a handler may return.
//!
//! One trait, [`IntoResponse`], and a file for each kind of answer.

mod attachment;
mod cache;
pub(crate) mod cause;
mod created;
mod file;
mod form;
mod html;
mod negotiated;
mod partial;
mod parts;
mod problem;
mod redirect;
mod render;
mod sse;
mod status;
mod text;
mod validators;

use std::convert::Infallible;

use crate::http::Response;

pub use attachment::Attachment;
pub use cache::Cache;
pub use created::{Created, NoContent};
#[cfg(all(unix, feature = "files"))]
pub(crate) use file::Access;
#[cfg(any(feature = "embed", all(unix, feature = "files")))]
pub(crate) use file::content_type;
pub use file::{File, FileError};
pub use html::Html;
pub use negotiated::{Negotiated, Represent};
pub(crate) use partial::answer_partially;
pub use partial::{AcceptRanges, RangeNotSatisfiable};
pub use parts::ResponsePart;
pub use problem::Problem;
pub use redirect::Redirect;
pub(crate) use render::{Renderer, render};
pub use sse::{Event, EventFault, EventSender, Sse};
pub use validators::LastModified;
pub(crate) use validators::answer_conditionally;

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
    message = "`{Self}` is no response: return `Json(value)`, text or a `Response`, or `server::Result` for any error",
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

/// A response as it leaves for a client that says nothing of itself.
#[cfg(test)]
pub(crate) fn rendered(response: impl IntoResponse) -> Response {
    let request = crate::Request::new(::http::Method::GET, "/");
    render(response.into_response(), &crate::RequestFacts::of(&request), |_| None)
}
