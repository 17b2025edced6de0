//! The application under test, a client of `h2`'s, and what was told and counted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Method, StatusCode};
use tokio::io::{DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::app::App as Served;
use crate::net::{Application, Drain, Limits, Peer as Address, Place, serve_connection};
use crate::observe::Witness;
use crate::{
    Body, Counters, Error, Event, Exchange, Request, Response, Routes, Server, Settings, Sse, State, get,
    post, route, routes,
};

/// More than any timeout; it passes at once, because the time is paused.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// Handlers and bodies that are at work, and that have come to their end.
#[derive(Clone, Default)]
pub(super) struct Work {
    alive: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
    met: Arc<(Mutex<usize>, Condvar)>,
}

impl Work {
    pub(super) fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// Holds this thread until another one is here as well; tells whether it came.
    fn meet(&self) -> bool {
        let (here, came) = &*self.met;
        let mut here = here.lock().unwrap();
        *here += 1;
        came.notify_all();
        !came.wait_timeout_while(here, Duration::from_secs(30), |here| *here < 2).unwrap().1.timed_out()
    }

    fn begin(&self) -> Alive {
        self.alive.fetch_add(1, Ordering::Relaxed);
        Alive(self.clone())
    }
}

struct Alive(Work);

impl Alive {
    fn finish(self) {
        self.0.finished.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(server::State, Clone)]
pub(super) struct App {
    work: Work,
}

#[cfg(feature = "ws")]
const SOCKETS: Routes<App> = routes![socket];
#[cfg(not(feature = "ws"))]
const SOCKETS: Routes<App> = routes![];

/// Every message back as it came.
#[cfg(feature = "ws")]
#[get("/socket")]
async fn socket(upgrade: crate::WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}

const ROUTES: Routes<App> = routes![
    "/ws" => SOCKETS,
    index, user, told, echo, mirror, unread, empty, same, from, panics, breaks, lies, large, slow, works, never,
    meets, connection, events
];

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn user(id: u64) -> String {
    id.to_string()
}

/// What a handler sees of its request.
#[get("/told")]
async fn told(request: Request) -> String {
    let value = |name: &str| request.header(name).unwrap_or("-").to_owned();
    format!("{:?} {} {} {}", request.version(), request.target(), value("host"), value("cookie"))
}

/// Where the request came from.
#[get("/from")]
async fn from(request: Request) -> String {
    let addr = request.client_addr().map_or_else(|| "-".to_owned(), |addr| addr.to_string());
    format!("{addr} {} {}", request.is_secure(), request.host().unwrap_or("-"))
}

#[post("/echo")]
async fn echo(body: Bytes) -> Bytes {
    body
}

/// Each piece goes back as it comes.
#[post("/mirror", body_limit = "1GiB")]
async fn mirror(mut body: Body) -> Body {
    Body::stream(|mut out| async move {
        while let Some(chunk) = body.chunk().await {
            out.send(chunk?).await?;
        }
        out.finish().await
    })
}

/// Takes a body, and never reads it.
#[post("/unread", body_limit = "1GiB")]
async fn unread(work: State<Work>, body: Body) {
    let _alive = work.begin();
    std::future::pending::<()>().await;
    drop(body);
}

#[get("/empty")]
async fn empty() -> Response {
    Response::no_content()
}

#[get("/same")]
async fn same() -> Response {
    Response::new(StatusCode::NOT_MODIFIED).header("etag", "\"1\"")
}

/// An event, and nothing after it.
#[get("/events")]
async fn events() -> Sse {
    Sse::stream(|mut events| async move {
        events.send(Event::data("a")).await?;
        std::future::pending().await
    })
}

/// Panics without the line that the hook prints.
#[get("/panics")]
async fn panics() {
    std::panic::resume_unwind(Box::new("on purpose"))
}

#[get("/breaks")]
async fn breaks() -> Body {
    Body::stream(|mut out| async move {
        out.send("some").await?;
        Err(Error::message("on purpose"))
    })
}

/// Says fields that are the connection's.
#[get("/connection")]
async fn connection() -> Response {
    let response = Response::ok().header("connection", "close").header("keep-alive", "timeout=5");
    response.header("transfer-encoding", "chunked").header("upgrade", "h2c").text("as it is")
}

/// Announces more than it sends.
#[get("/lies")]
async fn lies() -> Body {
    struct Short(bool);
    impl crate::BodySource for Short {
        fn poll_chunk(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>> {
            let first = !std::mem::replace(&mut self.0, true);
            std::task::Poll::Ready(first.then(|| Ok(Bytes::from_static(b"short"))))
        }

        fn remaining_len(&self) -> Option<u64> {
            Some(10)
        }
    }
    Body::from_source(Short(false))
}

/// Sends for ever.
#[get("/large")]
async fn large(work: State<Work>) -> Body {
    let alive = work.begin();
    Body::stream(|mut out| async move {
        let _alive = alive;
        loop {
            out.send(vec![b'x'; 16 * 1024]).await?;
        }
    })
}

/// Computes, without waiting for anything.
#[get("/meets")]
async fn meets(work: State<Work>) -> String {
    work.meet().to_string()
}

#[get("/slow")]
async fn slow(work: State<Work>) -> &'static str {
    let alive = work.begin();
    sleep(Duration::from_secs(2)).await;
    alive.finish();
    "slow"
}

/// A handler that finishes without its client.
#[route(POST, "/works")]
async fn works(work: State<Work>) -> &'static str {
    let alive = work.begin();
    sleep(Duration::from_secs(10)).await;
    alive.finish();
    "worked"
}

#[get("/never")]
async fn never(work: State<Work>) {
    let _alive = work.begin();
    std::future::pending::<()>().await;
}

/// A server under test with its whole engine.
pub(super) struct Site {
    served: Arc<Served>,
    limits: Arc<Limits>,
    witness: Witness,
    pub(super) drain: Arc<Drain>,
    pub(super) work: Work,
    pub(super) counters: Counters,
    told: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let observer = {
            let told = Arc::clone(&told);
            move |exchange: &Exchange| {
                let request = exchange.request();
                let status = exchange.status().map_or("-".to_owned(), |status| status.as_str().to_owned());
                let line = format!("{} {status} {}", request.target().unwrap_or("?"), exchange.ended());
                told.lock().unwrap().push(line);
            }
        };
        let work = Work::default();
        let server =
            Server::new(ROUTES).state(App { work: work.clone() }).settings(settings).observe(observer);
        let counters = server.counters();
        let (app, limits) = server.into_app();
        let (witness, drain) = (app.witness(), Arc::default());
        Self { served: Arc::new(app), limits: Arc::new(limits), witness, drain, work, counters, told }
    }

    /// Opens a connection on which nothing was said.
    pub(super) fn open(&self) -> DuplexStream {
        let (ours, theirs) = duplex(64 * 1024);
        let place = Place::new(Arc::clone(&self.drain));
        let (app, limits) = (Arc::clone(&self.served), Arc::clone(&self.limits));
        tokio::spawn(serve_connection(theirs, Address::default(), app, limits, place, self.witness.clone()));
        ours
    }

    /// What was told of so far, as `/users/7 200 done`.
    pub(super) fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    pub(super) async fn connect(&self) -> Peer {
        Peer::over(self, &mut h2::client::Builder::new()).await
    }
}

/// A connection of `h2`'s client.
pub(super) struct Peer {
    pub(super) send: SendRequest<Bytes>,
    pub(super) task: JoinHandle<Result<(), h2::Error>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(super) fn request(method: &str, path: &str) -> http::request::Builder {
    http::Request::builder().method(method).uri(format!("http://site.test{path}"))
}

impl Peer {
    pub(super) async fn over(site: &Site, builder: &mut h2::client::Builder) -> Self {
        let (send, connection) = builder.handshake(site.open()).await.unwrap();
        Self { send, task: tokio::spawn(connection) }
    }

    /// Sends a request's head; its body may follow.
    pub(super) async fn begin(
        &mut self,
        request: http::request::Builder,
        ends: bool,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let mut send = self.send.clone().ready().await.unwrap();
        send.send_request(request.body(()).unwrap(), ends).unwrap()
    }

    /// Sends a request without a body, and reads its answer.
    pub(super) async fn get(&mut self, path: &str) -> Result<Answer, h2::Error> {
        let (response, _) = self.begin(request("GET", path), true).await;
        read(response).await
    }

    pub(super) async fn send(&mut self, method: Method, path: &str, body: &'static [u8]) -> Answer {
        let (response, mut stream) = self.begin(request(method.as_str(), path), false).await;
        stream.send_data(Bytes::from_static(body), true).unwrap();
        read(response).await.unwrap()
    }
}

/// Reads an answer to its end.
pub(super) async fn read(response: ResponseFuture) -> Result<Answer, h2::Error> {
    let (head, body) = timeout(LONG, response).await.expect("no answer")?.into_parts();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: drain(body).await? })
}

/// Reads a body to its end.
pub(super) async fn drain(mut body: RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = timeout(LONG, body.data()).await.expect("the body does not end") {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
