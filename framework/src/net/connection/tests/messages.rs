//! What is answered, in which order, and what never is.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn answers_pipelined_requests_in_order() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\n\r\nPOST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello\
         GET /stream HTTP/1.1\r\nhost: a\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        &[200, 200, 200, 404],
        &[
            "\r\n\r\nroot",
            "\r\n\r\nhello",
            "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n",
            "connection: close",
        ],
    );
}

#[test]
fn reads_a_chunked_body() {
    check(
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 200],
        &["\r\n\r\nabcde", "\r\n\r\nroot"],
    );
}

#[test]
fn passes_a_body_through_as_it_comes() {
    check(
        "POST /through HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
         POST /through HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello",
        &[200, 200],
        &["0\r\n\r\n", "\r\n\r\nhello"],
    );
}

#[test]
fn never_takes_an_unread_body_for_a_request() {
    check(
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 32\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\n\r\n123\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 200],
        &[],
    );
}

#[test]
fn runs_nothing_behind_a_malformed_request() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 400],
        &["application/problem+json", "request_id"],
    );
}

#[test]
fn runs_nothing_behind_close() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200],
        &["connection: close"],
    );
}

#[test]
fn refuses_a_body_beyond_the_routes_limit() {
    check("POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello", &[413], &["limit_bytes"]);
    check(
        "POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[413],
        &["connection: close"],
    );
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    check("GET /panic HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n", &[500, 200], &[]);
}

#[test]
fn a_stream_that_panics_is_cut_off() {
    check("GET /broken HTTP/1.1\r\nhost: a\r\n\r\n", &[200], &["4\r\nhalf\r\n"]);
}

#[test]
fn a_stream_longer_than_a_tasks_budget_is_whole() {
    check(
        "GET /pieces HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200],
        &[&"5\r\npiece\r\n".repeat(1000), "\r\n0\r\n\r\n"],
    );
}

#[test]
fn an_unknown_expectation_is_417() {
    check(
        "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\ncontent-length: 5\r\n\r\nhello",
        &[417],
        &[],
    );
}

#[tokio::test(start_paused = true)]
async fn sends_100_continue_when_the_body_is_wanted() {
    let mut pair = connect();
    pair.send("POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    assert_eq!(pair.until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    pair.send("hello").await;
    assert!(pair.until("hello").await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test(start_paused = true)]
async fn closes_when_the_body_held_back_was_not_wanted() {
    let mut pair = connect();
    pair.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    let received = pair.rest().await;
    assert!(
        received.starts_with("HTTP/1.1 200 OK\r\n") && received.contains("connection: close"),
        "{received}"
    );
}

#[test]
fn an_answer_that_is_none_is_a_500() {
    for status in [100, 101, 103, 199] {
        check(
            &format!("GET /status?{status} HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"),
            &[500, 200],
            &["problem+json", "\r\n\r\nroot"],
        );
    }
}

#[test]
fn an_https_resource_is_not_answered_where_nothing_is_secured() {
    check("GET httpS://a/ HTTP/1.1\r\nhost: a\r\n\r\n", &[421], &["connection: close", "not secured"]);
    check("GET /https:// HTTP/1.1\r\nhost: a\r\n\r\n", &[404], &[]);
}

#[test]
fn nothing_behind_connect_is_a_request() {
    check("CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n", &[404], &[]);
}

#[tokio::test]
async fn many_requests_at_once_let_others_have_their_turn() {
    let mut pair = connect();
    let turn = Arc::new(AtomicBool::new(false));
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2000)).await;
    tokio::spawn({
        let turn = Arc::clone(&turn);
        async move { turn.store(true, Ordering::Relaxed) }
    });
    while !turn.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
    assert_eq!(pair.drain.busy(), 1, "all were answered before anybody else had a turn");
}

#[test]
fn a_body_read_by_another_task_is_whole_on_any_thread() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for round in 0..200 {
            let mut pair = connect_with(64);
            let body = vec![b'x'; 500 + round];
            let head =
                format!("POST /elsewhere HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
            pair.send(head).await;
            pair.send(&body).await;
            pair.client.shutdown().await.unwrap();
            let received =
                tokio::time::timeout(Duration::from_secs(10), pair.rest()).await.expect("an answer");
            assert!(received.as_bytes().ends_with(&body), "{received}");
        }
    });
}
