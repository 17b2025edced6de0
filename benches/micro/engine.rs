//! Whole requests, from bytes to bytes: head, routing, middleware, handler, answer, over a pipe in memory.
//!
//! What sockets cost is left out; what the pipe and the runtime's tasks cost is in. `pipelined` sends sixteen requests
//! at once.

use std::hint::black_box;

use server::testing::Client;
use server::{Json, Next, Request, Response, Routes, get, middleware, post, routes};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::{Builder, Runtime};

use crate::case::Case;
use crate::json::Order;

#[get("/")]
async fn index() -> &'static str {
    "Hello, World!"
}

#[get("/wrapped", with = [pass])]
async fn wrapped() -> &'static str {
    "Hello, World!"
}

#[get("/twice", with = [pass, pass])]
async fn twice() -> &'static str {
    "Hello, World!"
}

/// Does nothing.
#[middleware]
async fn pass(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[get("/json")]
async fn json() -> Json<[u64; 1]> {
    Json([42])
}

#[post("/echo")]
async fn echo(order: Json<Order>) -> Json<Order> {
    order
}

const ROUTES: Routes = routes![index, wrapped, twice, user, json, echo];

const BROWSER: &str = "GET / HTTP/1.1\r\nhost: localhost:8080\r\nconnection: keep-alive\r\ncache-control: max-age=0\r\n\
    sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n\
    upgrade-insecure-requests: 1\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36\r\naccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    sec-fetch-site: none\r\nsec-fetch-mode: navigate\r\nsec-fetch-user: ?1\r\nsec-fetch-dest: document\r\n\
    accept-encoding: gzip, deflate, br, zstd\r\naccept-language: en-GB,en;q=0.9\r\n\r\n";

pub(crate) fn cases() -> Vec<Case> {
    let order = String::from_utf8(Order::json()).expect("JSON is text");
    let echo = format!(
        "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{order}",
        order.len()
    );
    vec![
        case("engine/plaintext", &get_of("/"), 1),
        case("engine/pipelined", &get_of("/"), 16),
        case("engine/middleware", &get_of("/wrapped"), 1),
        case("engine/two-middlewares", &get_of("/twice"), 1),
        case("engine/browser", BROWSER, 1),
        case("engine/param", &get_of("/users/42"), 1),
        case("engine/json", &get_of("/json"), 1),
        case("engine/echo", &echo, 1),
    ]
}

fn get_of(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

fn case(name: &'static str, request: &str, count: usize) -> Case {
    let requests = request.repeat(count);
    let mut connection = Connection::open();
    let answer = connection.first_answer(&requests);
    assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    let answer_len = answer.len();
    Case::new(name, move || connection.exchange(&requests, answer_len)).operations(count)
}

/// One connection that is used again and again.
struct Connection {
    runtime: Runtime,
    stream: DuplexStream,
    received: Vec<u8>,
}

impl Connection {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let stream = runtime.block_on(async { Client::new(ROUTES).connect() });
        Self { runtime, stream, received: vec![0; 64 * 1024] }
    }

    /// The answers to `requests`; the next ones differ in nothing but the date.
    fn first_answer(&mut self, requests: &str) -> String {
        let len = self.runtime.block_on(async {
            self.stream.write_all(requests.as_bytes()).await?;
            self.stream.read(&mut self.received).await
        });
        let answer = self.received.get(..len.expect("a pipe works")).unwrap_or_default();
        String::from_utf8_lossy(answer).into_owned()
    }

    fn exchange(&mut self, requests: &str, answer_len: usize) {
        let received = self.received.get_mut(..answer_len).unwrap_or_default();
        let done = self.runtime.block_on(async {
            self.stream.write_all(requests.as_bytes()).await?;
            self.stream.read_exact(received).await
        });
        black_box(done.is_ok());
    }
}
