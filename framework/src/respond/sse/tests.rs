//! Events as text, and streams over the whole engine.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout};

use super::{Event, Sse, comment};
use crate::testing::Client;
use crate::{LastEventId, Response, Routes, Server, Shutdown, get, routes};

const ROUTES: Routes = routes![events, silent, quick, faulty, talks, ends, numbers, counted, large];

#[test]
fn every_line_has_its_name() {
    let rows = [
        (Event::data(""), "data: \n\n"),
        (Event::data("a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n\n"),
        (Event::data("x\n\ndata: y"), "data: x\ndata: \ndata: data: y\n\n"),
        (Event::data(" a").named("b c").id(" 2"), "data:  a\nevent: b c\nid:  2\n\n"),
        (Event::data("a").id(""), "data: a\nid: \n\n"),
        (Event::data("a\0b").named("c\0"), "data: a\0b\nevent: c\0\n\n"),
        (Event::data("a").retry(Duration::from_secs(3)), "data: a\nretry: 3000\n\n"),
        (Event::json(&[1, 2]).unwrap(), "data: [1,2]\n\n"),
    ];
    for (event, expected) in rows {
        assert_eq!(event.to_string(), expected);
        assert_eq!(event.into_text().as_deref(), Ok(expected));
    }
    assert_eq!((comment("").as_str(), comment("a\nb").as_str()), (": \n\n", ": a\n: b\n\n"));
}

#[test]
fn what_would_be_read_as_something_else_is_refused() {
    let rows = [
        (Event::data("a").named("b\ndata: c"), "event"),
        (Event::data("a").named("b\r"), "event"),
        (Event::data("a").id("1\n\n"), "id"),
        (Event::data("a").id("1\rid: 2"), "id"),
        (Event::data("a").id("1\0"), "id"),
        (Event::data("a").id("1\0").named("\n"), "id"),
    ];
    for (event, field) in rows {
        let fault = event.into_text().unwrap_err();
        assert_eq!(fault.to_string(), format!("an event's `{field}` cannot have a line end or NUL"));
    }
}

#[get("/events")]
async fn events() -> Sse {
    Sse::stream(|mut events| async move {
        events.send(Event::data("a")).await?;
        events.comment("for who looks").await?;
        events.send(Event::data("b")).await?;
        events.finish().await
    })
}

#[server::test]
async fn events_come_as_they_are_sent() {
    let response = Client::new(ROUTES).get("/events").await;
    assert_eq!(response.text(), "data: a\n\n: for who looks\n\ndata: b\n\n");
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    assert_eq!(response.header("cache-control"), Some("no-cache"));
}

#[server::test]
async fn of_a_head_request_nothing_runs() {
    let response = Client::new(ROUTES).head("/counted").await;
    response.assert_status(200).assert_header("content-type", "text/event-stream").assert_text("");
    assert_eq!(BEGUN.load(Ordering::SeqCst), 0);
}

#[cfg(feature = "http2")]
#[server::test]
async fn events_come_over_http2() {
    let response = Client::new(ROUTES).http2().get("/events").await;
    response.assert_text("data: a\n\n: for who looks\n\ndata: b\n\n");
}

/// An event, and nothing after it.
#[get("/silent")]
async fn silent() -> Sse {
    Sse::stream(|mut events| async move {
        events.send(Event::data("a")).await?;
        std::future::pending().await
    })
}

/// Events, one behind the other.
#[get("/quick")]
async fn quick() -> Sse {
    Sse::stream(|mut events| async move {
        for number in 0.. {
            events.send(Event::data(number.to_string())).await?;
        }
        Ok(())
    })
}

#[get("/faulty")]
async fn faulty() -> Sse {
    Sse::stream(|mut events| async move {
        events.send(Event::data("a")).await?;
        events.send(Event::data("b").id("1\ndata: c")).await?;
        events.finish().await
    })
}

/// How often a stream of `counted` has begun.
static BEGUN: AtomicU32 = AtomicU32::new(0);

#[get("/counted")]
async fn counted() -> Sse {
    Sse::stream(|events| async move {
        BEGUN.fetch_add(1, Ordering::SeqCst);
        events.finish().await
    })
}

/// How many events of `large` were sent.
static SENT: AtomicU32 = AtomicU32::new(0);

/// Events of a KiB, one behind the other.
#[get("/large")]
async fn large() -> Sse {
    Sse::stream(|mut events| async move {
        loop {
            events.send(Event::data("x".repeat(1024))).await?;
            SENT.fetch_add(1, Ordering::SeqCst);
        }
    })
}

/// Has a last word.
#[get("/talks")]
async fn talks(shutdown: Shutdown) -> Sse {
    Sse::stream(async move |mut events| {
        events.send(Event::data("a")).await?;
        shutdown.draining().await;
        events.send(Event::data("bye")).await?;
        events.finish().await
    })
    .come_back(Duration::ZERO)
}

/// Ends by itself when the server does.
#[get("/ends")]
async fn ends() -> Sse {
    let (mut sender, events) = Sse::channel();
    tokio::spawn(async move {
        let mut number = 0;
        while sender.send(Event::data(number.to_string())).await.is_ok() {
            number += 1;
            sleep(Duration::from_secs(1)).await;
        }
    });
    events.keep_alive(Duration::ZERO)
}

/// From the number behind the one that was seen last.
#[get("/numbers")]
async fn numbers(last: Option<LastEventId>) -> Response {
    match last.map(|last| last.parse::<u32>()) {
        None => Response::ok().body("from 0"),
        Some(Ok(number)) => Response::ok().body(format!("from {}", number + 1)),
        Some(Err(fault)) => Response::ok().body(fault.to_string()),
    }
}

/// Asks for `path` on a connection of its own.
async fn ask(client: &Client, path: &str) -> tokio::io::DuplexStream {
    let mut stream = client.connect();
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until what has come ends with `end`; all of it.
async fn read_until(stream: &mut tokio::io::DuplexStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let byte = timeout(Duration::from_secs(600), stream.read_u8()).await.expect("in time").unwrap();
        text.push(char::from(byte));
    }
    text
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_holds_the_stream_back() {
    let client = Client::new(ROUTES);
    let mut stream = ask(&client, "/large").await;
    sleep(Duration::from_secs(2)).await;
    let sent = SENT.load(Ordering::SeqCst);
    assert!((32..512).contains(&sent), "{sent} events of a KiB had room");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(SENT.load(Ordering::SeqCst), sent);
    stream.read_exact(&mut vec![0; 64 * 1024]).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert!(SENT.load(Ordering::SeqCst) > sent);
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_broken_by_a_comment() {
    let client = Client::new(ROUTES);
    let mut stream = ask(&client, "/silent").await;
    read_until(&mut stream, "data: a\n\n\r\n").await;
    let began = Instant::now();
    for comments in 1..=3 {
        assert_eq!(read_until(&mut stream, "\n\n\r\n").await, "4\r\n: \n\n\r\n");
        assert_eq!(began.elapsed().as_secs(), 15 * comments);
    }
}

/// What a stream that is open says when the server drains, without the framing of its chunks.
async fn at_the_drain(path: &str) -> String {
    let server = Server::new(ROUTES);
    let shutdown = server.shutdown_handle();
    let client = Client::from(server);
    let mut stream = ask(&client, path).await;
    read_until(&mut stream, "\n\n\r\n").await;
    sleep(Duration::from_millis(2500)).await;
    shutdown.request();
    let rest = read_until(&mut stream, "0\r\n\r\n").await;
    rest.split("\r\n").filter(|line| line.ends_with('\n')).collect()
}

/// The milliseconds of the last field, which must be `retry`.
fn retry(text: &str) -> u64 {
    let (_, last) = text.rsplit_once("retry: ").unwrap_or_else(|| panic!("no retry in {text:?}"));
    last.strip_suffix("\n\n").unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_drain_ends_a_stream_and_says_when_to_come_back() {
    let mut waits: Vec<_> = Vec::new();
    for _ in 0..8 {
        let text = at_the_drain("/silent").await;
        assert!(text.starts_with("retry: "), "{text}");
        waits.push(retry(&text));
    }
    assert!(waits.iter().all(|wait| (1000..=2000).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait != waits[0]), "not all at once: {waits:?}");
    assert_eq!(at_the_drain("/talks").await, "data: bye\n\nretry: 0\n\n");
    let text = at_the_drain("/ends").await;
    assert!(text.starts_with("data: 1\n\ndata: 2\n\nretry: "), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_drain_ends_a_stream_that_never_waits() {
    let server = Server::new(ROUTES);
    let shutdown = server.shutdown_handle();
    let client = Client::from(server);
    let mut stream = ask(&client, "/quick").await;
    read_until(&mut stream, "data: 99\n\n\r\n").await;
    shutdown.request();
    let rest = read_until(&mut stream, "0\r\n\r\n").await;
    assert!(rest.contains("retry: "), "{}", rest.len());
    assert!(rest.contains("data: 100\n\n"), "what was sent reaches the client");
}

#[cfg(feature = "compression")]
#[tokio::test(start_paused = true)]
async fn the_drain_reaches_a_stream_that_is_compressed() {
    use std::io::Read;

    let server = Server::new(ROUTES).with(crate::layers::Compression::new());
    let shutdown = server.shutdown_handle();
    let client = Client::from(server);
    let mut stream = client.connect();
    let request = "GET /silent HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut content = Vec::new();
    let mut is_asked = false;
    loop {
        let size = read_until(&mut stream, "\r\n").await;
        let len = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; len + 2];
        stream.read_exact(&mut chunk).await.unwrap();
        if len == 0 {
            break;
        }
        content.extend_from_slice(&chunk[..len]);
        // Each event is there when it is sent: what has come so far can be read.
        let mut text = [0; 256];
        let mut gzip = flate2::read::GzDecoder::new(content.as_slice());
        let seen = gzip.read(&mut text).unwrap();
        assert!(text[..seen].starts_with(b"data: a\n\n"), "{}", text[..seen].escape_ascii());
        if !is_asked {
            is_asked = true;
            shutdown.request();
        }
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(content.as_slice()).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("data: a\n\nretry: "), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_written_breaks_the_stream_off() {
    let client = Client::new(ROUTES);
    let mut stream = ask(&client, "/faulty").await;
    let mut rest = String::new();
    timeout(Duration::from_secs(600), stream.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(rest.ends_with("data: a\n\n\r\n"), "no last chunk, and nothing of the event: {rest}");
}

#[server::test]
async fn a_client_that_comes_back_says_what_it_saw() {
    let client = Client::new(ROUTES);
    assert_eq!(client.get("/numbers").await.text(), "from 0");
    let again = |id: &'static str| client.get("/numbers").header("last-event-id", id);
    assert_eq!(again("41").await.text(), "from 42");
    assert_eq!(again("x").await.text(), "invalid digit found in string");
}

proptest::proptest! {
    #[test]
    fn no_text_ends_its_event(text in "[a:\r\n \\x00é]{0,24}", name in "[a:\r\n]{0,6}", id in "[1:\r\n\\x00]{0,4}") {
        let Ok(event) = Event::data(&text).named(&name).id(&id).into_text() else {
            let is_bad = name.contains(['\r', '\n']) || id.contains(['\r', '\n', '\0']);
            proptest::prop_assert!(is_bad);
            return Ok(());
        };
        let (fields, rest) = event.split_once("\n\n").unwrap();
        proptest::prop_assert_eq!(rest, "");
        let data: Vec<_> = fields.split('\n').filter_map(|line| line.strip_prefix("data: ")).collect();
        let unified = text.replace("\r\n", "\n").replace('\r', "\n");
        proptest::prop_assert_eq!(data.join("\n"), unified);
        proptest::prop_assert!(!fields.contains('\r'));
    }
}
