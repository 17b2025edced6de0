//! Answers that say which request they are to, in the shapes that an application's answers have.

use std::panic::resume_unwind;
use std::sync::Arc;

use http::StatusCode;

use super::super::super::{Application, Routed};
use crate::h1::Asked;
use crate::http::{Body, Request, RequestFacts, Response};
use crate::observe::{Counters, Slot, Tally, Witness};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{Policy, Reply};

/// What is answered, and what becomes of the request's body; the byte behind the path's first decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Method, target and body, once that is read.
    Echo,
    /// The same, a turn later.
    Late,
    /// The body, as it comes.
    Through,
    /// Method and target, and the body is left alone.
    Unread,
    /// The same, in pieces and without a length.
    Stream,
    NoContent,
    NotModified,
    Panic,
}

impl Shape {
    pub(super) fn of(asked: &Asked) -> Self {
        Self::of_path(&asked.path)
    }

    fn of_path(path: &str) -> Self {
        match path.as_bytes().get(1) {
            Some(b'l') => Self::Late,
            Some(b't') => Self::Through,
            Some(b'u') => Self::Unread,
            Some(b's') => Self::Stream,
            Some(b'n') => Self::NoContent,
            Some(b'm') => Self::NotModified,
            Some(b'p') => Self::Panic,
            Some(_) | None => Self::Echo,
        }
    }

    /// The content that is due to a request which was read whole.
    pub(super) fn content(self, asked: &Asked) -> Vec<u8> {
        let name = format!("{} {}\n", asked.method, asked.target);
        match self {
            Self::Echo | Self::Late => [name.as_bytes(), &asked.content].concat(),
            Self::Through => asked.content.clone(),
            Self::Unread | Self::Stream => name.into_bytes(),
            Self::NoContent | Self::NotModified | Self::Panic => Vec::new(),
        }
    }
}

/// The application.
pub(super) struct Echo;

impl Application for Echo {
    type Target = Shape;

    fn route(&self, request: &mut Request) -> Routed<Shape> {
        Routed { target: Shape::of_path(request.path()), policy: &Policy::NONE, slot: Slot::Unrouted }
    }

    fn answer(&self, request: Request, shape: Shape) -> Reply<'_> {
        Reply::Later(Box::pin(answer(request, shape)))
    }

    fn render(&self, response: Response, facts: &RequestFacts, _: &Tally) -> Response {
        crate::respond::render(response, facts, |_| None)
    }

    fn witness(&self) -> Witness {
        Witness::new(&Counters::default(), &Arc::from([]), None)
    }
}

async fn answer(mut request: Request, shape: Shape) -> Response {
    let name = format!("{} {}\n", request.method(), request.target());
    match shape {
        Shape::Late => {
            tokio::task::yield_now().await;
            echo(name, request).await
        }
        Shape::Echo => echo(name, request).await,
        Shape::Through => Response::ok().body(request.take_body()),
        Shape::Unread => Response::ok().text(name),
        Shape::Stream => Response::ok().body(Body::stream(|mut out| async move {
            let (first, rest) = name.split_at(1);
            out.send(first.to_owned()).await?;
            tokio::task::yield_now().await;
            out.send(rest.to_owned()).await?;
            out.finish().await
        })),
        Shape::NoContent => Response::new(StatusCode::NO_CONTENT),
        Shape::NotModified => Response::new(StatusCode::NOT_MODIFIED),
        // The hook that prints a panic, and ends a fuzzer, is passed by.
        Shape::Panic => resume_unwind(Box::new("on purpose")),
    }
}

async fn echo(name: String, mut request: Request) -> Response {
    let limit = request.body_limit();
    match request.take_body().collect(limit).await {
        Ok(content) => Response::ok().bytes([name.as_bytes(), &content].concat()),
        Err(error) => Problem::new(error.status()).into_response(),
    }
}
