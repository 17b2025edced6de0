//! Where a problem becomes bytes and a line in the log: the one renderer that every failure passes.

use std::error::Error;
use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};

use super::Problem;
use crate::http::{RequestId, Response};

/// Writes the document of a response that reports a problem and has no body yet; fields of the problem are set.
///
/// Here, and so once, a problem of the server's is logged with the chain of errors behind it. The same goes for HEAD:
/// the engine leaves the body out and keeps its length. A status that has no content (RFC 9110 §15) gets none.
pub(crate) fn render(mut response: Response, id: RequestId) -> Response {
    let Some(problem) = response.take_problem() else { return response };
    if problem.status().is_server_error() {
        log(&problem, id);
    }
    let mut seen: Vec<&HeaderName> = Vec::new();
    for (name, value) in problem.fields() {
        match seen.contains(&name) {
            true => response.append_header(name.clone(), value.clone()),
            false => response.set_header(name.clone(), value.clone()),
        }
        seen.push(name);
    }
    let status = response.status();
    let has_no_content = status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_content || !response.body_mut().is_empty() {
        return response;
    }
    let document = problem.document(id);
    response.set_header(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.body(document)
}

/// Logs a failure of the server's.
fn log(problem: &Problem, id: RequestId) {
    let status = problem.status().as_u16();
    let detail = problem.detail_text();
    let error = problem.source_error().map(|source| Chain(source).to_string());
    tracing::error!(request_id = %id, status, title = problem.title(), detail, error, "a request failed");
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
    use std::sync::{Arc, Mutex};

    use http::header::WWW_AUTHENTICATE;
    use serde_json::Value;

    use super::*;
    use crate::IntoResponse;

    #[track_caller]
    fn rendered(response: impl IntoResponse) -> (Response, Value) {
        let mut response = render(response.into_response(), RequestId::generate());
        let document = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap_or(Value::Null);
        (response, document)
    }

    #[test]
    fn writes_the_document() {
        let id = RequestId::generate();
        let problem = Problem::new(StatusCode::CONFLICT)
            .kind("https://example.com/taken")
            .title_text("Name taken")
            .detail("there is a user \"ada\"")
            .with("name", "ada");
        let mut response = render(problem.into_response(), id);
        assert_eq!(response.status(), 409);
        assert_eq!(response.content_type().unwrap(), "application/problem+json");
        let document: Value = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap();
        let expected = serde_json::json!({
            "type": "https://example.com/taken",
            "title": "Name taken",
            "status": 409,
            "detail": "there is a user \"ada\"",
            "name": "ada",
            "request_id": id.to_string(),
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

    /// Counts events, and keeps their fields as text.
    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Recorder {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }

        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            let mut line = event.metadata().level().to_string();
            event.record(&mut |field: &tracing::field::Field, value: &dyn fmt::Debug| {
                line.push_str(&format!(" {field}={value:?}"));
            });
            self.0.lock().unwrap().push(line);
        }

        fn enter(&self, _: &tracing::span::Id) {}

        fn exit(&self, _: &tracing::span::Id) {}
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
        let (recorder, id) = (Recorder::default(), RequestId::generate());
        tracing::subscriber::with_default(recorder.clone(), || {
            let failed = crate::Error::from(Failed(std::io::Error::other("disk full")));
            let response = render(failed.into_response(), id);
            render(response, id);
            render(Problem::new(StatusCode::NOT_FOUND).into_response(), id);
            render(Response::ok().text("fine"), id);
        });
        let lines = recorder.0.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("expected one line, found {lines:?}") };
        assert!(line.starts_with("ERROR"), "{line}");
        assert!(line.contains(&format!("request_id={id}")), "{line}");
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
