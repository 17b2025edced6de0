//! Where a problem becomes bytes and a line in the log: the one renderer that every failure passes.

use std::error::Error;
use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};

use super::Problem;
use super::form::Form;
use crate::http::{RequestFacts, RequestId, Response};

/// How an application writes out problems: all of them, in place of the built-in forms.
pub(crate) type Renderer = Box<dyn Fn(&Problem, &RequestFacts) -> Response + Send + Sync>;

/// The field that names the request to the client, on every answer that reports a problem.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes the document of a response that reports a problem and has no body yet; fields of the problem are set.
///
/// `custom` asks the application's renderer; `None` is its leave to use the built-in forms.
///
/// Here, and so once, a problem of the server's is logged with the chain of errors behind it. The same goes for HEAD:
/// the engine leaves the body out and keeps its length. A status that has no content (RFC 9110 §15) gets none.
pub(crate) fn render(
    mut response: Response,
    facts: &RequestFacts,
    custom: impl FnOnce(&Problem) -> Option<Response>,
) -> Response {
    let Some(problem) = response.take_problem() else { return response };
    if is_failure(&problem) {
        log(&problem, facts.id());
    }
    set_fields(&mut response, problem.fields());
    if !response.headers().contains_key(&REQUEST_ID)
        && let Ok(id) = HeaderValue::try_from(facts.id().to_string())
    {
        response.set_header(REQUEST_ID, id);
    }
    if has_no_content(response.status()) || !response.body_mut().is_empty() {
        return response;
    }
    match custom(&problem) {
        Some(rendered) => adopt(response, rendered, &problem, facts),
        None => write(response, &problem, facts),
    }
}

/// Whether a response of this status has no content, whatever it says.
fn has_no_content(status: StatusCode) -> bool {
    status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Writes the document in the form that the client likes best.
fn write(mut response: Response, problem: &Problem, facts: &RequestFacts) -> Response {
    let form = Form::of(&facts.accept());
    response.vary_by("accept");
    response.set_header(CONTENT_TYPE, form.content_type());
    response.body(form.document(problem, facts.id()))
}

/// Takes status, body and fields from what the application's renderer made; fields that it did not set, such as
/// `Allow`, stay. No failure becomes a success: in the place of a 2xx the problem's status stays.
fn adopt(
    mut response: Response,
    mut rendered: Response,
    problem: &Problem,
    facts: &RequestFacts,
) -> Response {
    if rendered.status().is_informational() {
        tracing::error!(request_id = %facts.id(), "a renderer gave an interim response (1xx) for an answer");
        return write(response, problem, facts);
    }
    let is_broken = rendered.is_broken();
    let other = rendered.take_problem();
    if let Some(other) = other.as_ref().filter(|_| is_broken) {
        log(other, facts.id());
        return write(response, problem, facts);
    }
    if !rendered.status().is_success() {
        response = response.with_status(rendered.status());
    }
    let body = rendered.take_body();
    set_fields(&mut response, rendered.headers_mut().iter());
    match other {
        // It gave a problem back: written in the built-in forms.
        Some(other) if body.is_empty() => {
            set_fields(&mut response, other.fields());
            write(response, &other, facts)
        }
        Some(_) | None => response.body(body),
    }
}

/// Sets each field to the values that come, in the place of those it had.
fn set_fields<'a>(response: &mut Response, fields: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>) {
    let mut seen: Vec<&HeaderName> = Vec::new();
    for (name, value) in fields {
        match seen.contains(&name) {
            true => response.append_header(name.clone(), value.clone()),
            false => response.set_header(name.clone(), value.clone()),
        }
        seen.push(name);
    }
}

/// Whether the server failed. It did not where it merely has not what was asked for (501, 505): any client could fill the
/// log with that. An error behind it says otherwise.
fn is_failure(problem: &Problem) -> bool {
    let unknown =
        matches!(problem.status(), StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    problem.status().is_server_error() && !(unknown && problem.source_error().is_none())
}

/// Logs a failure of the server's.
fn log(problem: &Problem, id: &RequestId) {
    let status = problem.status().as_u16();
    let detail = problem.detail_text();
    let error = problem.source_error().map(|source| Chain(source).to_string());
    tracing::error!(request_id = %id, status, title = problem.title_text(), detail, error, "a request failed");
}

/// An error and what caused it, on one line.
struct Chain<'a>(&'a (dyn Error + Send + Sync + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::Method;
    use http::header::{ALLOW, VARY, WWW_AUTHENTICATE};
    use serde_json::Value;

    use super::*;
    use crate::{IntoResponse, Request};

    /// Of a request that says nothing about what it takes.
    fn facts() -> RequestFacts {
        RequestFacts::of(&Request::new(Method::GET, "/"))
    }

    fn built_in(response: Response, facts: &RequestFacts) -> Response {
        render(response, facts, |_| None)
    }

    #[track_caller]
    fn rendered(response: impl IntoResponse) -> (Response, Value) {
        let mut response = built_in(response.into_response(), &facts());
        let document = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap_or(Value::Null);
        (response, document)
    }

    #[test]
    fn writes_the_document() {
        let facts = facts();
        let problem = Problem::new(StatusCode::CONFLICT)
            .kind("https://example.com/taken")
            .title("Name taken")
            .detail("there is a user \"ada\"")
            .with("name", "ada");
        let mut response = built_in(problem.into_response(), &facts);
        assert_eq!(response.status(), 409);
        assert_eq!(response.content_type().unwrap(), "application/problem+json");
        let document: Value = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap();
        let expected = serde_json::json!({
            "type": "https://example.com/taken",
            "title": "Name taken",
            "status": 409,
            "detail": "there is a user \"ada\"",
            "name": "ada",
            "request_id": facts.id().to_string(),
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn leaves_a_body_that_is_there() {
        let (mut response, _) =
            rendered(Response::problem(Problem::new(StatusCode::NOT_FOUND)).html("<h1>no</h1>"));
        assert_eq!(response.content_type().unwrap(), "text/html; charset=utf-8");
        assert_eq!(response.body_mut().as_bytes().unwrap(), "<h1>no</h1>");
        assert!(response.problem_ref().is_none());
    }

    #[test]
    fn a_status_without_content_gets_none() {
        for status in [StatusCode::NOT_MODIFIED, StatusCode::NO_CONTENT] {
            let (mut response, _) = rendered(Problem::new(status));
            assert!(response.body_mut().is_empty());
            assert_eq!(response.content_type(), None);
        }
    }

    #[test]
    fn sets_every_field_once_rendered() {
        let problem = Problem::new(StatusCode::UNAUTHORIZED)
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"))
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        let response = Response::problem(problem).header("www-authenticate", "Digest").header("x-a", "1");
        let (response, _) = rendered(response);
        assert_eq!(
            response.headers().get_all(WWW_AUTHENTICATE).iter().collect::<Vec<_>>(),
            ["Basic", "Bearer"]
        );
        assert_eq!(response.headers()["x-a"], "1");
    }

    #[test]
    fn the_members_of_the_rfc_are_not_overwritten() {
        let problem = Problem::new(StatusCode::NOT_FOUND).with("status", 200).with("request_id", "x");
        let (_, document) = rendered(problem);
        assert_eq!(document["status"], 404);
        assert_ne!(document["request_id"], "x");
    }

    #[track_caller]
    fn asking(accept: &str) -> RequestFacts {
        let mut request = Request::new(Method::GET, "/");
        request.headers_mut().insert("accept", accept.parse().unwrap());
        RequestFacts::of(&request)
    }

    #[test]
    fn follows_accept_and_says_so() {
        let rows = [
            ("image/png", "application/problem+json"),
            ("text/html", "text/html; charset=utf-8"),
            ("text/plain", "text/plain; charset=utf-8"),
        ];
        for (accept, content_type) in rows {
            let facts = asking(accept);
            let mut response = built_in(StatusCode::NOT_FOUND.into_response(), &facts);
            assert_eq!(response.content_type().unwrap(), content_type);
            assert_eq!(response.headers()[VARY], "accept");
            let id = facts.id().to_string();
            assert_eq!(response.headers()["x-request-id"], id);
            let body = String::from_utf8(response.body_mut().as_bytes().unwrap().to_vec()).unwrap();
            assert!(body.contains(&id) && body.contains("Not Found"), "{body}");
        }
    }

    #[test]
    fn says_once_that_it_varies() {
        for (before, expected) in [
            ("origin", vec!["origin", "accept"]),
            ("Origin, Accept", vec!["Origin, Accept"]),
            ("*", vec!["*"]),
        ] {
            let response = StatusCode::NOT_FOUND.into_response().header("vary", before);
            let response = built_in(response, &facts());
            assert_eq!(response.headers().get_all(VARY).iter().collect::<Vec<_>>(), expected);
        }
    }

    /// A 405 with what the application's renderer made of it.
    #[track_caller]
    fn custom(renderer: impl Fn(&Problem) -> Response) -> Response {
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED).detail("no");
        render(problem.into_response().header(ALLOW, "GET"), &asking("text/plain"), |problem| {
            Some(renderer(problem))
        })
    }

    #[track_caller]
    fn body(response: &mut Response) -> String {
        String::from_utf8(response.body_mut().as_bytes().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn takes_what_the_applications_renderer_makes() {
        let mut response = custom(|problem| {
            Response::new(StatusCode::NOT_FOUND)
                .header("x-own", "1")
                .html(format!("<b>{}</b>", problem.title_text()))
        });
        assert_eq!(response.status(), 404);
        assert_eq!(response.content_type().unwrap(), "text/html; charset=utf-8");
        assert_eq!(body(&mut response), "<b>Method Not Allowed</b>");
        assert_eq!(
            (&response.headers()[ALLOW], &response.headers()["x-own"]),
            (&HeaderValue::from_static("GET"), &HeaderValue::from_static("1"))
        );
        assert!(response.headers().contains_key("x-request-id") && !response.headers().contains_key(VARY));
    }

    #[test]
    fn no_failure_becomes_a_success() {
        let mut response = custom(|_| Response::ok().text("sorry"));
        assert_eq!((response.status().as_u16(), body(&mut response).as_str()), (405, "sorry"));
        assert_eq!(custom(|_| Response::new(StatusCode::FOUND)).status(), 302);
    }

    #[test]
    fn a_problem_given_back_is_written_in_the_built_in_forms() {
        let mut response =
            custom(|problem| problem.clone().detail("more").into_response().header("x-own", "1"));
        assert_eq!(
            (response.status(), response.headers()["x-own"].as_bytes()),
            (StatusCode::METHOD_NOT_ALLOWED, b"1".as_slice())
        );
        assert!(body(&mut response).starts_with("405 Method Not Allowed\n\nmore\n"));
    }

    #[test]
    fn what_is_no_answer_falls_back_to_the_built_in_forms() {
        let interim: fn(&Problem) -> Response = |_| Response::new(StatusCode::CONTINUE);
        let broken: fn(&Problem) -> Response = |_| Response::ok().header("no name", "x").text("lost");
        for renderer in [interim, broken] {
            let mut response = custom(renderer);
            assert_eq!(response.status(), 405);
            assert!(body(&mut response).starts_with("405 Method Not Allowed\n\nno\n"));
        }
    }

    #[derive(Debug)]
    struct Failed(std::io::Error);

    impl fmt::Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the store failed")
        }
    }

    impl Error for Failed {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn logs_the_servers_failures_once_and_no_others() {
        let (lines, facts) = (Arc::default(), facts());
        let guard = crate::log::record(tracing::Level::INFO, &lines);
        let failed = crate::Error::from(Failed(std::io::Error::other("disk full")));
        let response = built_in(failed.into_response(), &facts);
        built_in(response, &facts);
        for status in
            [StatusCode::NOT_FOUND, StatusCode::NOT_IMPLEMENTED, StatusCode::HTTP_VERSION_NOT_SUPPORTED]
        {
            built_in(Problem::new(status).into_response(), &facts);
        }
        built_in(Response::ok().text("fine"), &facts);
        drop(guard);
        let lines = lines.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("expected one line, found {lines:?}") };
        assert!(line.contains(" ERROR a request failed "), "{line}");
        assert!(line.contains(&format!("request_id={}", facts.id())), "{line}");
        assert!(line.contains(r#"error="the store failed: disk full""#), "{line}");
    }

    #[test]
    fn tells_the_client_nothing_of_the_source() {
        let source = std::io::Error::other("secret");
        let (mut response, document) = rendered(crate::Error::from(source));
        assert_eq!(document["title"], "Internal Server Error");
        let text = response.body_mut().as_bytes().unwrap();
        assert!(!text.windows(6).any(|piece| piece == b"secret"));
    }
}
