//! Limits of the whole server: connections, blocking calls, and its end.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;

use super::client::run;
use super::*;
use crate::blocking::{BlockingPool, run_blocking};
use crate::http::Shutdown;
use crate::net::{self, Caps, DrainOptions, Signals, Workers};

/// A limit at a value, and what shows it there.
struct Row {
    setting: &'static str,
    value: &'static str,
    check: fn(&Settings),
}

const ROWS: &[Row] = &[
    Row { setting: "max_connections", value: "25000", check: one_more_connection_waits },
    Row { setting: "max_connections", value: "1", check: one_more_connection_waits },
    Row { setting: "max_connections_per_address", value: "0", check: no_address_has_its_fill },
    Row { setting: "max_connections_per_address", value: "3", check: one_more_of_an_address_is_closed },
    Row { setting: "blocking_threads", value: "64", check: one_more_call_is_refused },
    Row { setting: "blocking_threads", value: "2", check: one_more_call_is_refused },
    Row { setting: "blocking_queue", value: "1024", check: one_more_call_is_refused },
    Row { setting: "blocking_queue", value: "0", check: one_more_call_is_refused },
    Row { setting: "shutdown_delay", value: "0s", check: serves_for_the_delay },
    Row { setting: "shutdown_delay", value: "3s", check: serves_for_the_delay },
    Row { setting: "shutdown_timeout", value: "30s", check: ends_at_the_timeout },
    Row { setting: "shutdown_timeout", value: "1500ms", check: ends_at_the_timeout },
];

pub(super) fn shown() -> Vec<(&'static str, &'static str)> {
    ROWS.iter().map(|row| (row.setting, row.value)).collect()
}

#[test]
fn each_limit_of_the_server_holds_at_its_figure() {
    for row in ROWS {
        println!("{} of {}", row.setting, row.value);
        (row.check)(&settings(&[(row.setting, row.value)]));
    }
}

/// A future's value, where it has one at once.
async fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

fn one_more_connection_waits(settings: &Settings) {
    run(async {
        let caps = Caps::new(settings.max_connections, 0);
        let mut open = Vec::new();
        while let Some(permit) = at_once(tokio::task::unconstrained(caps.room())).await {
            open.push(permit);
        }
        assert_eq!(open.len(), settings.max_connections);
        // One that ends makes room for the next.
        open.pop();
        assert!(at_once(caps.room()).await.is_some());
    });
}

fn no_address_has_its_fill(settings: &Settings) {
    let caps = Arc::new(Caps::new(1, settings.max_connections_per_address));
    let open: Vec<_> = (0..10_000).map_while(|_| caps.enter("127.0.0.1:9".parse().ok())).collect();
    assert_eq!(open.len(), 10_000);
}

fn one_more_of_an_address_is_closed(settings: &Settings) {
    let caps = Arc::new(Caps::new(1, settings.max_connections_per_address));
    let addr = "127.0.0.1:9".parse().ok();
    let mut open: Vec<_> = (0..10_000).map_while(|_| caps.enter(addr)).collect();
    assert_eq!(open.len(), settings.max_connections_per_address);
    assert!(caps.enter("127.0.0.2:9".parse().ok()).is_some(), "another address has room");
    open.pop();
    assert!(caps.enter(addr).is_some(), "one that ends makes room for the next");
}

fn one_more_call_is_refused(settings: &Settings) {
    let pool = Arc::new(BlockingPool::new(settings.blocking_threads, settings.blocking_queue).unwrap());
    let room = settings.blocking_threads + settings.blocking_queue;
    run(async {
        pool.install();
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        let mut calls = Vec::new();
        for _ in 0..room {
            let held = Arc::clone(&held);
            let mut call = Box::pin(run_blocking(move || held.lock().unwrap().recv()));
            assert!(at_once(call.as_mut()).await.is_none(), "{} calls are let in", calls.len());
            calls.push(call);
        }
        let refused = run_blocking(|| ()).await.expect_err("one more");
        assert_eq!(refused.status(), 503);
        drop(release);
        for call in calls {
            assert!(call.await.is_ok(), "what was let in is answered");
        }
        assert!(run_blocking(|| ()).await.is_ok());
    });
}

/// Ends a server whose one connection has a handler that takes `millis`; gives when the drain began, when the server
/// ended, and what the client has.
async fn end_server(settings: &Settings, millis: u64) -> (Duration, Duration, String) {
    let mut pair = connect();
    pair.send(format!("GET /unhurried?{millis} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    sleep(Duration::ZERO).await;
    let start = Instant::now();
    let drain = Arc::clone(&pair.drain);
    let begun = tokio::spawn({
        let drain = Arc::clone(&drain);
        async move {
            drain.begun().await;
            start.elapsed()
        }
    });
    // A client that leaves when it has read to the end.
    let (task, answer) = (pair.task.abort_handle(), tokio::spawn(async move { pair.rest().await }));
    let options = DrainOptions { delay: settings.shutdown_delay, timeout: settings.shutdown_timeout };
    let workers = Workers::without_threads(vec![drain], Shutdown::default());
    let trigger = Box::pin(async {});
    net::run(workers, Signals::listen().unwrap(), options, Some(trigger), &net::Supervisor::default()).await;
    let ended = start.elapsed();
    // What is left at the end is cut with its worker.
    task.abort();
    (begun.await.unwrap(), ended, answer.await.unwrap())
}

fn serves_for_the_delay(settings: &Settings) {
    let (begun, ended, _) = run(end_server(settings, 1_000_000));
    assert_eq!(begun, settings.shutdown_delay);
    assert_eq!(ended, settings.shutdown_delay + settings.shutdown_timeout);
}

fn ends_at_the_timeout(settings: &Settings) {
    let figure = u64::try_from(settings.shutdown_timeout.as_millis()).unwrap();
    let (_, ended, answer) = run(end_server(settings, figure - 1));
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
    assert!(ended < settings.shutdown_timeout, "{ended:?}");
    let (_, ended, answer) = run(end_server(settings, figure + 1));
    assert_eq!((ended, answer.as_str()), (settings.shutdown_timeout, ""));
}
