//! Three processes, one Redis, more requests than the limit: what all of them admit together.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fingerpost_tests::{App, RedisServer};
use server::layers::{Quota, RateLimit, WithoutRedis};
use server::{Redis, Server, get, routes};

/// Set in the processes that serve, to the URL of their Redis.
const SERVES: &str = "FINGERPOST_TEST_REPLICA";
/// What is admitted in [`WINDOW`].
const REQUESTS: usize = 1_000;
const WINDOW: Duration = Duration::from_secs(10);
/// Of the pauses that a busy machine makes, those of two seconds lose nothing.
const BURST: u64 = 200;
const REPLICAS: usize = 3;
/// Connections to each.
const CLIENTS: usize = 2;

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

/// A replica, in a process of its own: the test below runs this one again.
#[test]
fn serves_what_the_other_asks_for() {
    let Ok(url) = std::env::var(SERVES) else { return };
    let redis = Redis::open(&url).unwrap().timeout(Duration::from_secs(10));
    let limit = RateLimit::by_client(&[Quota::new("window", REQUESTS as u64, WINDOW).burst(BURST)]);
    let limit = limit.shared("all", &redis).without_redis(WithoutRedis::Refuse);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Server::new(routes![index]).with(limit).ignore_command_line().run()).unwrap();
}

/// What the clients count while they ask without a pause.
#[derive(Default)]
struct Count {
    is_counting: AtomicBool,
    is_over: AtomicBool,
    admitted: AtomicUsize,
    refused: AtomicUsize,
    other: AtomicUsize,
}

impl Count {
    fn ask(&self, address: SocketAddr) {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut buffer = [0; 4096];
        while !self.is_over.load(Ordering::SeqCst) {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
            let len = stream.read(&mut buffer).unwrap();
            let count = match buffer.get(9..12).unwrap() {
                b"200" => &self.admitted,
                b"429" => &self.refused,
                _ => &self.other,
            };
            assert!(len > 12, "an answer comes in one piece");
            if self.is_counting.load(Ordering::SeqCst) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

#[test]
fn three_processes_admit_what_one_limit_has() {
    let redis = RedisServer::start().unwrap();
    let replicas: Vec<App> = (0..REPLICAS)
        .map(|_| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "replicas::serves_what_the_other_asks_for", "--nocapture"]);
            command.env(SERVES, redis.url());
            App::launch(command, &[]).unwrap()
        })
        .collect();
    let count = Count::default();
    thread::scope(|scope| {
        for replica in &replicas {
            for _ in 0..CLIENTS {
                scope.spawn(|| count.ask(replica.address()));
            }
        }
        // At first what was saved up is taken.
        thread::sleep(Duration::from_secs(2));
        let started = Instant::now();
        count.is_counting.store(true, Ordering::SeqCst);
        thread::sleep(WINDOW);
        count.is_counting.store(false, Ordering::SeqCst);
        let took = started.elapsed();
        count.is_over.store(true, Ordering::SeqCst);
        let [admitted, refused, other] =
            [&count.admitted, &count.refused, &count.other].map(|count| count.load(Ordering::SeqCst));
        // As long as it took, which on a busy machine is longer than it slept.
        let expected = REQUESTS as f64 * took.as_secs_f64() / WINDOW.as_secs_f64();
        println!("{admitted} admitted of {expected:.1}, {refused} refused in {took:?}");
        assert!((admitted as f64 - expected).abs() <= expected / 100.0, "{admitted} of {expected:.1}");
        assert_eq!(other, 0);
        assert!(refused > admitted, "there was more load than the limit: {refused} refused");
    });
}
