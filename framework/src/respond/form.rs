//! The forms in which a problem is written out: JSON (RFC 9457), HTML and text, as the client's `Accept` has it.

use std::fmt;

use http::HeaderValue;

use super::Problem;
use crate::http::{Accept, RequestId};

/// A form of a problem's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Html,
    Text,
}

/// The media types that choose a form, the one to prefer first. Who takes JSON takes a problem document in it.
const OFFERS: [(&str, Form); 4] = [
    ("application/problem+json", Form::Json),
    ("application/json", Form::Json),
    ("text/html", Form::Html),
    ("text/plain", Form::Text),
];

impl Form {
    /// The form that the client likes best; JSON where it takes none of them, for a failure is never told by another
    /// failure (406).
    pub(super) fn of(accept: &Accept) -> Self {
        let best = accept.best_of(&OFFERS.map(|(media, _)| media));
        OFFERS.into_iter().find(|(media, _)| Some(*media) == best).map_or(Self::Json, |(_, form)| form)
    }

    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/problem+json",
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        })
    }

    /// Writes `problem` in this form.
    pub(super) fn document(self, problem: &Problem, id: &RequestId) -> String {
        match self {
            Self::Json => problem.document(id),
            Self::Html => Html { problem, id }.to_string(),
            Self::Text => Text { problem, id }.to_string(),
        }
    }
}

struct Text<'a> {
    problem: &'a Problem,
    id: &'a RequestId,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, id } = self;
        writeln!(f, "{} {}\n", problem.status().as_u16(), problem.title_text())?;
        if let Some(detail) = problem.detail_text() {
            writeln!(f, "{detail}\n")?;
        }
        writeln!(f, "Request {id}")
    }
}

struct Html<'a> {
    problem: &'a Problem,
    id: &'a RequestId,
}

/// Follows the colours that the reader's system has; loads nothing and runs nothing.
const STYLE: &str = ":root{color-scheme:light dark}\
    body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}\
    h1{font-size:1.5rem}footer{opacity:.7;font-size:.875rem}";

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, id } = self;
        let (status, title) = (problem.status().as_u16(), Escaped(problem.title_text()));
        write!(
            f,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{status} {title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{status} {title}</h1>\n"
        )?;
        if let Some(detail) = problem.detail_text() {
            writeln!(f, "<p>{}</p>", Escaped(detail))?;
        }
        writeln!(f, "<footer>Request <code>{id}</code></footer>\n</body>\n</html>")
    }
}

/// A text in HTML, where it can be neither markup nor the end of an attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            f.write_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                Some(_) | None => "&#39;",
            })?;
            rest = special.get(1..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use crate::layers::Csp;
    use http::StatusCode;

    use super::*;

    #[test]
    fn follows_what_the_client_takes() {
        let rows = [
            ("", Form::Json),
            ("*/*", Form::Json),
            ("application/*", Form::Json),
            ("application/json", Form::Json),
            ("application/json, text/plain, */*", Form::Json),
            ("application/json, text/plain;q=0.5", Form::Json),
            ("application/problem+json, text/html", Form::Json),
            ("text/html", Form::Html),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Form::Html),
            ("text/*", Form::Html),
            ("text/plain", Form::Text),
            ("text/html;q=0.1, text/plain;q=0.2", Form::Text),
            ("text/html;q=0, text/*", Form::Text),
            ("*/*, application/*;q=0", Form::Html),
            ("image/png", Form::Json),
            ("*/*;q=0", Form::Json),
            ("nonsense", Form::Json),
        ];
        for (accept, expected) in rows {
            assert_eq!(Form::of(&Accept::parse([accept.as_bytes()])), expected, "{accept}");
        }
    }

    #[test]
    fn no_text_of_a_problem_becomes_markup() {
        let evil = "</title><script>alert('1')</script>\"&amp;";
        let problem = Problem::new(StatusCode::CONFLICT).title(evil).detail(evil);
        let html = Form::Html.document(&problem, &RequestId::generate());
        assert!(!html.contains("<script") && !html.contains("('1')"), "{html}");
        let escaped = "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;amp;";
        assert_eq!(html.matches(escaped).count(), 3, "{html}");
    }

    #[test]
    fn html_is_one_whole_page() {
        let problem = Problem::new(StatusCode::NOT_FOUND).detail("there is no user 7");
        let id = RequestId::generate();
        let html = Form::Html.document(&problem, &id);
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"));
        assert!(html.contains("<title>404 Not Found</title>") && html.contains("<h1>404 Not Found</h1>"));
        assert!(html.contains("<p>there is no user 7</p>") && html.contains(&format!("<code>{id}</code>")));
        assert!(html.contains("color-scheme:light dark") && html.ends_with("</body>\n</html>\n"));
        for element in ["html", "head", "title", "style", "body", "h1", "p", "footer", "code"] {
            let (opened, closed) = (
                html.matches(&format!("<{element}")).count(),
                html.matches(&format!("</{element}>")).count(),
            );
            assert!(opened >= 1 && closed >= 1, "{element}: {html}");
        }
    }

    #[test]
    fn text_says_the_same() {
        let id = RequestId::generate();
        let problem = Problem::new(StatusCode::NOT_FOUND);
        assert_eq!(Form::Text.document(&problem, &id), format!("404 Not Found\n\nRequest {id}\n"));
        let text = Form::Text.document(&problem.detail("there is no user 7"), &id);
        assert_eq!(text, format!("404 Not Found\n\nthere is no user 7\n\nRequest {id}\n"));
    }

    #[test]
    fn the_strict_policy_allows_the_style() {
        let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE)));
        assert!(Csp::strict().to_string().contains(&hash), "{hash}");
    }
}
