//! An application that fails in every way.

use std::time::Duration;

use tokio::time::sleep;

use super::TestServer;
use crate::{
    Body, Bytes, FromRequest, Next, Problem, Request, Response, Routes, Server, StatusCode, get, middleware,
    post, routes,
};

const ROUTES: Routes = routes![
    index,
    user,
    echo,
    never,
    long,
    fails,
    refuses,
    panics,
    panics_early,
    panics_around,
    blocks,
    breaks,
    breaks_badly,
    lies,
    large,
    wide
];

pub(super) fn server() -> TestServer {
    Server::new(ROUTES)
}

/// Panics without the line that the hook prints.
fn panic() -> ! {
    std::panic::resume_unwind(Box::new("on purpose"))
}

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn user(id: u64) -> String {
    id.to_string()
}

#[post("/echo")]
async fn echo(body: Bytes) -> Bytes {
    body
}

#[get("/never")]
async fn never() {
    std::future::pending::<()>().await;
}

#[post("/long")]
async fn long() -> &'static str {
    sleep(Duration::from_secs(5)).await;
    "long"
}

#[get("/fails")]
async fn fails() -> crate::Result<String> {
    Err(crate::Error::message("the disk is full"))
}

#[get("/refuses")]
async fn refuses() -> Problem {
    Problem::new(StatusCode::CONFLICT).detail("taken")
}

#[get("/panics")]
async fn panics() {
    panic()
}

struct Panics;

impl<S: Sync> FromRequest<S> for Panics {
    type Rejection = Problem;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Problem> {
        panic()
    }
}

#[get("/panics/early")]
async fn panics_early(_: Panics) {}

#[middleware]
async fn around(request: Request, next: Next<'_>) -> Response {
    drop(next.run(request).await);
    panic()
}

#[get("/panics/around", with = [around])]
async fn panics_around() {}

#[get("/panics/blocking")]
fn blocks() {
    panic()
}

#[get("/breaks")]
async fn breaks() -> Body {
    Body::stream(|mut out| async move {
        out.send("half").await?;
        sleep(Duration::from_millis(1)).await;
        panic()
    })
}

#[get("/breaks/badly")]
async fn breaks_badly() -> Body {
    let (mut out, body) = Body::channel();
    tokio::spawn(async move {
        let _ = out.send("half").await;
    });
    body
}

/// A body that panics when it is asked for its length.
struct Lying;

impl crate::BodySource for Lying {
    fn poll_chunk(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>> {
        std::task::Poll::Ready(None)
    }

    fn remaining_len(&self) -> Option<u64> {
        panic()
    }
}

#[get("/lies")]
async fn lies() -> Body {
    Body::from_source(Lying)
}

#[get("/wide")]
async fn wide() -> Bytes {
    Bytes::from_static(&[b'x'; 60_000])
}

#[get("/large")]
async fn large() -> Body {
    Body::stream(|mut out| async move {
        for _ in 0..100 {
            out.send(vec![b'x'; 100_000]).await?;
        }
        out.finish().await
    })
}
