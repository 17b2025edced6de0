//! The application that these tests are answered by: a few paths, no table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::time::sleep;

use super::super::super::{Application, Routed};
use crate::blocking::run_blocking;
use crate::http::{Body, BodyError, Request, RequestFacts, Response};
use crate::observe::{Counters, Slot, Tally, Witness};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{Policy, Reply};

/// What the one request for `/counted` has produced, in bytes.
pub(super) static PRODUCED: AtomicUsize = AtomicUsize::new(0);

/// An application of a few paths, so that these tests need no table.
#[derive(Default)]
pub(super) struct TestApp {
    /// Handlers and streams that have begun and not been dropped.
    pub(super) handlers: Arc<AtomicUsize>,
}

/// Counts something of a request's as long as it is there.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl TestApp {
    async fn handle(&self, mut request: Request) -> Response {
        let _alive = Alive::new(&self.handlers);
        let alive = Alive::new(&self.handlers);
        match request.path() {
            "/" => Response::ok().text("root"),
            "/slow" => {
                sleep(Duration::from_millis(400)).await;
                Response::ok().text("slow")
            }
            "/slow-through" => {
                sleep(Duration::from_millis(400)).await;
                Response::ok().body(request.take_body())
            }
            "/never" => std::future::pending().await,
            "/blocking" => match run_blocking(|| "blocking").await {
                Ok(text) => Response::ok().text(text),
                Err(refusal) => refusal,
            },
            // Answers after so many milliseconds; before them it reads the whole body.
            "/after" | "/hurried" | "/unhurried" => {
                let wait = request.query().and_then(|millis| millis.parse().ok()).unwrap_or(0);
                let read = request.take_body().collect(u64::MAX).await;
                sleep(Duration::from_millis(wait)).await;
                respond(read)
            }
            // Does not let go of its thread for longer than a connection is kept.
            "/held" => {
                let mut held = std::pin::pin!(tokio::time::advance(Duration::from_secs(100)));
                let _ = held.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                Response::ok().text("held")
            }
            "/days" => {
                sleep(Duration::from_secs(3600)).await;
                Response::ok().text("days")
            }
            // The hook that prints a panic is passed by.
            "/panic" => std::panic::resume_unwind(Box::new("on purpose")),
            "/echo" | "/small" => {
                let limit = request.body_limit();
                respond(request.take_body().collect(limit).await)
            }
            "/through" => Response::ok().body(request.take_body()),
            "/stream" => Response::ok().body(Body::stream(|mut out| async move {
                let _alive = alive;
                for piece in ["one", "two", "three"] {
                    out.send(piece).await?;
                    sleep(Duration::from_millis(10)).await;
                }
                out.finish().await
            })),
            "/broken" => Response::ok().body(Body::stream(|mut out| async move {
                out.send("half").await?;
                sleep(Duration::from_millis(1)).await;
                std::panic::resume_unwind(Box::new("half-way"))
            })),
            "/pieces" => Response::ok().body(Body::stream(|mut out| async move {
                let _alive = alive;
                for _ in 0..1000 {
                    out.send("piece").await?;
                }
                out.finish().await
            })),
            "/counted" => Response::ok().body(Body::stream(|mut out| async move {
                loop {
                    PRODUCED.fetch_add(1024, Ordering::Relaxed);
                    out.send(vec![b'x'; 1024]).await?;
                }
            })),
            "/silent" => Response::ok().body(Body::stream(|mut out| async move {
                out.send("hello").await?;
                std::future::pending().await
            })),
            "/elsewhere" => {
                let body = request.take_body();
                let read = tokio::spawn(body.collect(u64::MAX)).await.unwrap();
                respond(read)
            }
            "/from-elsewhere" => {
                let (mut out, body) = Body::channel();
                tokio::spawn(async move {
                    let _alive = alive;
                    for piece in ["one", "two", "three"] {
                        out.send(piece).await?;
                        tokio::task::yield_now().await;
                    }
                    out.finish().await
                });
                Response::ok().body(body)
            }
            // A reader elsewhere that asks once, leaves, and lets the handler wait for something else.
            "/left-alone" => {
                let mut body = request.take_body();
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(Duration::from_secs(1), body.chunk()).await;
                });
                std::future::pending().await
            }
            // A reader that has enough when it has something.
            "/left-half" => {
                let _ = request.body_mut().chunk().await;
                Response::ok().text("half")
            }
            // A reader that gives up, and goes on to an answer that takes its time.
            "/later" => {
                let _ = tokio::time::timeout(Duration::from_secs(1), request.body_mut().chunk()).await;
                Response::ok().body(Body::stream(|mut out| async move {
                    sleep(Duration::from_secs(60)).await;
                    out.send("later").await?;
                    out.finish().await
                }))
            }
            "/status" => {
                let status = request.query().and_then(|status| status.parse().ok()).unwrap_or(200);
                Response::new(StatusCode::from_u16(status).unwrap())
            }
            "/medium" => Response::ok().bytes(vec![b'x'; 40_000]),
            "/large" => Response::ok().bytes(vec![b'x'; 1 << 20]),
            path if path.starts_with("/name/") => Response::ok().text(path.to_owned()),
            _ => Problem::new(StatusCode::NOT_FOUND).into_response(),
        }
    }
}

impl Application for TestApp {
    type Target = ();

    fn route(&self, request: &mut Request) -> Routed<()> {
        const fn within(timeout: Duration) -> Policy {
            Policy { timeout: Some(timeout), ..Policy::NONE }
        }
        let policy = match request.path() {
            "/small" => &const { Policy { body_limit: Some(4), ..Policy::NONE } },
            "/days" => &const { within(Duration::MAX) },
            "/hurried" => &const { within(Duration::from_secs(5)) },
            "/unhurried" => &const { within(Duration::ZERO) },
            _ => &Policy::NONE,
        };
        Routed { target: (), policy, slot: Slot::Unrouted }
    }

    fn answer(&self, request: Request, (): ()) -> Reply<'_> {
        Reply::Later(Box::pin(self.handle(request)))
    }

    fn render(&self, response: Response, facts: &RequestFacts, _: &Tally) -> Response {
        crate::respond::render(response, facts, |_| None)
    }

    fn witness(&self) -> Witness {
        Witness::new(&Counters::default(), &Arc::from([]), None)
    }
}

fn respond(read: Result<Bytes, BodyError>) -> Response {
    match read {
        Ok(bytes) => Response::ok().bytes(bytes),
        Err(error) => Problem::new(error.status()).into_response(),
    }
}
