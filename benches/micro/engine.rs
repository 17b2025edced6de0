//! What a request costs inside the engine: parsing, routing, handler, response, without a kernel in between.
//!
//! The connection is a pipe in memory, so the figures leave out what sockets cost and are good for comparing one
//! version with the next. `pipelined` sends sixteen requests at once and reads their answers.

#![allow(missing_docs, reason = "criterion's macros write functions without documentation")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot begin is to stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server::testing::Client;
use server::{Json, Routes, get, routes};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::{Builder, Runtime};

#[get("/")]
async fn index() -> &'static str {
    "Hello, world!"
}

#[get("/users/:id")]
async fn user(id: u64) -> Json<[u64; 1]> {
    Json([id])
}

const ROUTES: Routes = routes![index, user];

const PLAIN: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const PARAM: &str = "GET /users/42 HTTP/1.1\r\nhost: localhost\r\n\r\n";
const BROWSER: &str = "GET / HTTP/1.1\r\nhost: localhost:8080\r\nconnection: keep-alive\r\ncache-control: max-age=0\r\n\
    sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n\
    upgrade-insecure-requests: 1\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36\r\naccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    sec-fetch-site: none\r\nsec-fetch-mode: navigate\r\nsec-fetch-user: ?1\r\nsec-fetch-dest: document\r\n\
    accept-encoding: gzip, deflate, br, zstd\r\naccept-language: en-GB,en;q=0.9\r\n\r\n";

/// One connection that is used again and again.
struct Connection {
    runtime: Runtime,
    stream: DuplexStream,
    received: Vec<u8>,
}

impl Connection {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let stream = runtime.block_on(async { Client::new(ROUTES).connect() });
        Self { runtime, stream, received: vec![0; 64 * 1024] }
    }

    /// The length of the answers to `requests`; they differ in nothing but the date.
    fn answer_len(&mut self, requests: &str) -> usize {
        self.runtime.block_on(async {
            self.stream.write_all(requests.as_bytes()).await.unwrap();
            self.stream.read(&mut self.received).await.unwrap()
        })
    }

    fn exchange(&mut self, requests: &str, answer_len: usize) {
        self.runtime.block_on(async {
            self.stream.write_all(requests.as_bytes()).await.unwrap();
            self.stream.read_exact(self.received.get_mut(..answer_len).unwrap()).await.unwrap();
        });
    }
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    for (name, request) in [("plaintext", PLAIN), ("param_json", PARAM), ("browser_head", BROWSER)] {
        for (count, suffix) in [(1, ""), (16, "_pipelined_16")] {
            let requests = request.repeat(count);
            let mut connection = Connection::open();
            let answer_len = connection.answer_len(&requests);
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(format!("{name}{suffix}"), |bencher| {
                bencher.iter(|| connection.exchange(&requests, answer_len));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
