//! A Redis that is gone, slow, or answers nonsense: what clients then get, what is logged, and how it ends.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use fingerpost_tests::RedisServer;
use server::layers::{Quota, RateLimit, WithoutRedis};
use server::testing::Client;
use server::{MemoryStore, Redis, RedisStore, Server, SessionStore, get, routes};

use super::logged::Logged;

/// How long anything may take to be noticed, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

fn client(url: &str, then: WithoutRedis) -> Client {
    let redis = Redis::open(url).unwrap().timeout(Duration::from_millis(500));
    let limit = RateLimit::by_client(&[Quota::new("hour", 2, Duration::from_secs(3600))]);
    Client::from(Server::new(routes![index]).with(limit.shared("search", &redis).without_redis(then)))
}

async fn statuses(client: &Client, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(client.get("/").await.status().as_u16());
    }
    statuses
}

/// Asks until Redis counts again: the answer then has the field of the limit, which says so much is left.
async fn until_counted(client: &Client, state: &str) {
    let deadline = Instant::now() + PATIENCE;
    while client.get("/").await.header("ratelimit") != Some(state) {
        assert!(Instant::now() < deadline, "it did not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[server::test]
async fn without_redis_each_does_as_it_is_told() {
    let (logged, _guard) = Logged::listen();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("redis://{free}");
    assert_eq!(statuses(&client(&url, WithoutRedis::CountAlone), 4).await, [200, 200, 429, 429]);
    assert_eq!(statuses(&client(&url, WithoutRedis::Admit), 4).await, [200; 4]);
    let closed = client(&url, WithoutRedis::Refuse);
    assert_eq!(statuses(&closed, 4).await, [503; 4]);
    assert_eq!(closed.get("/").await.header("retry-after"), Some("1"));
    assert_eq!(logged.with("cannot be asked").len(), 3, "once of each: {:?}", logged.with(""));
}

#[server::test]
async fn one_that_is_gone_is_told_once_and_found_again_by_itself() {
    let (logged, _guard) = Logged::listen();
    let mut server = RedisServer::start().unwrap();
    let client = client(&server.url(), WithoutRedis::Admit);
    assert_eq!(client.get("/").await.header("ratelimit"), Some("\"hour\";r=1;t=1800"));
    server.stop();
    assert_eq!(statuses(&client, 50).await, [200; 50]);
    assert_eq!(logged.with("cannot be asked").len(), 1, "{:?}", logged.with(""));
    server.go().unwrap();
    // It comes back without what it knew.
    until_counted(&client, "\"hour\";r=1;t=1800").await;
    assert_eq!(logged.with("answers again").len(), 1, "{:?}", logged.with(""));
    assert_eq!(logged.with("cannot be asked").len(), 1, "{:?}", logged.with(""));
}

#[server::test]
async fn one_that_stands_still_holds_nobody_up() {
    let (logged, _guard) = Logged::listen();
    let server = RedisServer::start().unwrap();
    let client = client(&server.url(), WithoutRedis::Admit);
    assert_eq!(client.get("/").await.header("ratelimit"), Some("\"hour\";r=1;t=1800"));
    server.pause().unwrap();
    // Each would wait for half a second: a hundred seconds, were all of them to.
    let started = Instant::now();
    assert_eq!(statuses(&client, 200).await, [200; 200]);
    assert!(started.elapsed() < Duration::from_secs(50), "{:?}", started.elapsed());
    server.resume().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while client.get("/").await.header("ratelimit").is_none() {
        assert!(Instant::now() < deadline, "it did not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(logged.with("cannot be asked").len(), 1, "{:?}", logged.with(""));
    assert_eq!(logged.with("answers again").len(), 1, "{:?}", logged.with(""));
}

/// A server that gives each who connects these bytes for every read, and then nothing.
fn babbler(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|len| len > 0) && stream.write_all(answer).is_ok() {}
            });
        }
    });
    format!("redis://{address}")
}

#[server::test]
async fn nonsense_is_survived_and_told_once() {
    let rows: [&'static [u8]; 11] = [
        b"",
        b"\0\0\0\0",
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n",
        b"+OK\r\n",
        b":-1\r\n",
        b"$-1\r\n",
        b"*3\r\n:1\r\n:-1\r\n:5\r\n",
        b"*2\r\n:1\r\n:0\r\n",
        b"*1000000000\r\n",
        b"$999999999999999999999\r\n",
        b"-ERR no\r\n-LOADING wait\r\n",
    ];
    for answer in rows {
        let (logged, _guard) = Logged::listen();
        let client = client(&babbler(answer), WithoutRedis::CountAlone);
        let what = String::from_utf8_lossy(answer);
        assert_eq!(statuses(&client, 4).await, [200, 200, 429, 429], "{what:?}");
        assert_eq!(logged.with("cannot be asked").len(), 1, "{what:?}: {:?}", logged.with(""));
        let store = RedisStore::new(&Redis::open(&babbler(answer)).unwrap());
        if !matches!(answer, b"$-1\r\n" | b"+OK\r\n" | b":-1\r\n") {
            store.load("a").await.unwrap_err();
        }
        let renewed = store.renew("a", "b", "{}".to_owned(), PATIENCE).await;
        assert!(!matches!(renewed, Ok(true)), "{what:?}");
    }
    // The memory's store is what all others are held to.
    assert_eq!(MemoryStore::new(1).load("a").await.unwrap(), None);
}
