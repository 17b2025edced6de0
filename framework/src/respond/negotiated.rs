//! [`Negotiated`]: one value in the form that the client likes best.

use http::StatusCode;
use serde_core::Serialize;

use super::{Html, IntoResponse, Problem};
use crate::Json;
use crate::http::{Accept, Response};

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

/// What a value looks like beside JSON, for [`Negotiated`].
///
/// The texts go out as they are: what comes from a client is to be escaped in a page, as templates do.
///
/// ```
/// use serde::Serialize;
/// use server::{Accept, Negotiated, Represent, get};
///
/// #[derive(Serialize)]
/// struct Book {
///     title: &'static str,
///     pages: u32,
/// }
///
/// impl Represent for Book {
///     fn html(&self) -> Option<String> {
///         Some(format!("<h1>{}</h1><p>{} pages", self.title, self.pages))
///     }
/// }
///
/// #[get("/books/emma")]
/// async fn emma(accept: Accept) -> Negotiated<Book> {
///     Negotiated::new(accept, Book { title: "Emma", pages: 474 })
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how it is represented: write `impl server::Represent for {Self} {{}}`",
    label = "`Negotiated` answers with a type that implements `Represent`",
    note = "write `impl server::Represent for {Self} {{}}` for JSON alone, with `fn html` or `fn text` in it for more"
)]
pub trait Represent: Serialize {
    /// The value as a page; `None` where there is none.
    fn html(&self) -> Option<String> {
        None
    }

    /// The value as plain text; `None` where there is none.
    #[inline]
    fn text(&self) -> Option<String> {
        None
    }
}

/// Answers 200 with the value as JSON, as a page or as text, whichever `Accept` weighs most; JSON where it does not care.
///
/// `Vary: Accept` tells caches that the forms differ. A client that takes none of them is answered with 406, which
/// names them. Only the form that is sent is made.
///
/// See [`Represent`] for the forms of a type.
///
/// ```
/// use server::{Accept, IntoResponse, Negotiated};
///
/// let accept = Accept::parse([b"text/html".as_slice()]);
/// assert_eq!(Negotiated::new(accept, 7).into_response().status(), 406);
/// ```
#[derive(Clone, Debug)]
pub struct Negotiated<T> {
    accept: Accept,
    value: T,
}

impl<T> Negotiated<T> {
    /// `value`, for a client with these preferences.
    pub fn new(accept: Accept, value: T) -> Self {
        Self { accept, value }
    }
}

impl<T: Represent> Negotiated<T> {
    fn choose(&self) -> Response {
        let mut offers = vec![JSON, HTML, TEXT];
        while let Some(best) = self.accept.best_of(&offers) {
            let made = match best {
                JSON => Some(Json(&self.value).into_response()),
                HTML => self.value.html().map(|page| Html(page).into_response()),
                _ => self.value.text().map(IntoResponse::into_response),
            };
            match made {
                Some(response) => return response,
                None => offers.retain(|offer| *offer != best),
            }
        }
        let mut forms = vec![JSON];
        forms.extend(self.value.html().map(|_| HTML));
        forms.extend(self.value.text().map(|_| TEXT));
        let detail = format!("expected `accept` to allow one of: {}", forms.join(", "));
        Problem::new(StatusCode::NOT_ACCEPTABLE).detail(detail).with("available", forms).into_response()
    }
}

impl<T: Represent> IntoResponse for Negotiated<T> {
    fn into_response(self) -> Response {
        let mut response = self.choose();
        response.vary_by("accept");
        response
    }
}

macro_rules! plain {
    ($($ty:ty),+) => {$(
        /// JSON, and the same as text.
        impl Represent for $ty {
            fn text(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

plain!(String, &str, bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);

/// JSON alone.
impl<T: Serialize> Represent for Vec<T> {}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Page(&'static str);

    impl Represent for Page {
        fn html(&self) -> Option<String> {
            Some(format!("<p>{}", self.0))
        }
    }

    #[track_caller]
    fn check(accept: &str, value: impl Represent, status: u16, content_type: Option<&str>, body: &str) {
        let accept_field = Accept::parse([accept.as_bytes()]);
        let mut response = Negotiated::new(accept_field, value).into_response();
        assert_eq!(response.status(), status, "{accept}");
        assert_eq!(response.headers()["vary"], "accept");
        assert_eq!(response.content_type().map(|value| value.to_str().unwrap()), content_type, "{accept}");
        assert_eq!(response.body_mut().as_bytes().unwrap(), body, "{accept}");
    }

    #[test]
    fn the_client_chooses_among_the_forms_of_the_type() {
        const HTML_UTF8: Option<&str> = Some("text/html; charset=utf-8");
        const TEXT_UTF8: Option<&str> = Some("text/plain; charset=utf-8");
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        check("", Page("a"), 200, Some(JSON), r#""a""#);
        check("*/*", Page("a"), 200, Some(JSON), r#""a""#);
        check(browser, Page("a"), 200, HTML_UTF8, "<p>a");
        check("application/json, text/html;q=0.9", Page("a"), 200, Some(JSON), r#""a""#);
        check("text/plain, text/html;q=0.5", Page("a"), 200, HTML_UTF8, "<p>a");
        check("text/plain", 7, 200, TEXT_UTF8, "7");
        check(browser, 7, 200, Some(JSON), "7");
        check("text/*", "é", 200, TEXT_UTF8, "é");
        check("text/html; charset=utf-8", Page("a"), 200, HTML_UTF8, "<p>a");
        check("application/json", vec![1, 2], 200, Some(JSON), "[1,2]");
    }

    #[test]
    fn tells_what_there_is_where_the_client_takes_none_of_it() {
        check("text/plain", Page("a"), 406, None, "");
        check("application/json;q=0, */*;q=0", Page("a"), 406, None, "");
        let response = Negotiated::new(Accept::parse([b"image/png".as_slice()]), Page("a")).into_response();
        let document = response.problem_ref().unwrap().parsed_document(crate::RequestId::generate());
        assert_eq!(document["available"], serde_json::json!([JSON, HTML]));
    }
}
