//! The cache around a handler that counts how often it is asked, and answers what the test tells it to.

mod asking;
mod bounds;
mod filling;
mod keeping;
mod stale;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;

use super::*;
use crate::testing::{Client, TestResponse};
use crate::{Body, Server, State, get, post, routes};

/// What the handler answers, and how often it has.
#[derive(Default)]
struct Origin {
    calls: AtomicUsize,
    /// Status and fields.
    answer: Mutex<(u16, Vec<(&'static str, String)>)>,
    /// What the last request had of the cache's own.
    conditions: Mutex<Vec<String>>,
    /// How long it takes.
    takes: Mutex<Duration>,
    is_streamed: std::sync::atomic::AtomicBool,
    panics: std::sync::atomic::AtomicBool,
}

impl Origin {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn answers(&self, status: u16, fields: &[(&'static str, &str)]) {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        *self.answer.lock().unwrap() = (status, fields);
    }

    fn takes(&self, time: Duration) {
        *self.takes.lock().unwrap() = time;
    }
}

#[derive(crate::State, Clone)]
struct App {
    origin: Arc<Origin>,
}

/// The number of the call; 304 where the request names the tag of the answer.
async fn answer(request: Request, origin: &Origin) -> Response {
    let call = origin.calls.fetch_add(1, Ordering::SeqCst) + 1;
    let takes = *origin.takes.lock().unwrap();
    if !takes.is_zero() {
        tokio::time::sleep(takes).await;
    }
    assert!(!origin.panics.load(Ordering::SeqCst), "as the test wants it");
    let conditions = ["if-none-match", "if-modified-since", "if-match", "range"];
    let found =
        conditions.iter().filter_map(|name| request.header(name).map(|value| format!("{name}: {value}")));
    *origin.conditions.lock().unwrap() = found.collect();
    let (status, fields) = origin.answer.lock().unwrap().clone();
    let tag = fields.iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag.as_str());
    let is_known = tag.is_some() && request.header("if-none-match") == tag;
    let mut response = Response::new(StatusCode::from_u16(if is_known { 304 } else { status }).unwrap());
    for (name, value) in fields {
        response = response.append(name, value);
    }
    match () {
        () if is_known => response,
        () if origin.is_streamed.load(Ordering::SeqCst) => {
            response.body(Body::stream(move |mut out| async move {
                out.send(format!("{call}")).await?;
                out.send(" streamed").await?;
                out.finish().await
            }))
        }
        () => response.text(format!("{call}")),
    }
}

#[get("/item/:id", tag = "items")]
async fn item(id: String, request: Request, origin: State<Arc<Origin>>) -> Response {
    drop(id);
    answer(request, &origin.0).await
}

#[get("/other")]
async fn other(request: Request, origin: State<Arc<Origin>>) -> Response {
    answer(request, &origin.0).await
}

#[post("/item/:id")]
async fn change(id: String) -> Response {
    match id.as_str() {
        "refused" => Response::new(StatusCode::CONFLICT),
        _ => Response::created("/other"),
    }
}

/// A client of a server behind this cache, the handler, and the cache itself.
fn cached(cache: SharedCache) -> (Client, Arc<Origin>, Arc<SharedCache>) {
    let (origin, cache) = (Arc::new(Origin::default()), Arc::new(cache));
    origin.answers(200, &[("cache-control", "max-age=60")]);
    let app = App { origin: Arc::clone(&origin) };
    let server = Server::new(routes![item, other, change]).state(app).with(Arc::clone(&cache));
    (Client::from(server), origin, cache)
}

async fn get(client: &Client, target: &str, fields: &[(&'static str, &str)]) -> TestResponse {
    fields.iter().fold(client.get(target), |request, (name, value)| request.header(*name, *value)).await
}

/// What the cache says of an answer, without its own name.
#[track_caller]
fn said(response: &TestResponse) -> &str {
    response.header("cache-status").unwrap().strip_prefix("fingerpost; ").unwrap()
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
