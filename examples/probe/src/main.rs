//! The server that HTTP conformance programs test: an endpoint for each kind of request body and response framing.

use std::time::Duration;

use bytes::Bytes;
use server::{
    Body, ClientAddr, Event, HeaderMap, HeaderValue, MessageCompression, Response, Routes, Server, Shutdown,
    SiteOrigin, Sse, StatusCode, WebSocketUpgrade, get, header, post, routes,
};

const ROUTES: Routes = routes![
    index,
    hello,
    origin,
    echo,
    stream,
    slow,
    stuck,
    large,
    no_content,
    not_modified,
    ticks,
    events,
    socket,
    deflated,
    kept,
    stop
];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}

/// Text of a fixed length.
#[get("/")]
async fn index() -> &'static str {
    "probe\n"
}

/// The decoded parameter, in text.
#[get("/hello/:name")]
async fn hello(name: String) -> String {
    format!("hello, {name}\n")
}

/// Where the request came from, and the origin that the client asked for.
#[get("/origin")]
async fn origin(client: Option<ClientAddr>, site: SiteOrigin) -> String {
    let client = client.map_or_else(|| "nowhere".to_owned(), |client| client.to_string());
    format!("{client} {site}\n")
}

/// The body byte for byte, with its content type.
///
/// It is read to its end before the answer begins: a body that turns out to be malformed is then a 400, not an answer
/// that breaks off.
#[post("/echo", body_limit = "8MiB")]
async fn echo(headers: HeaderMap, body: Bytes) -> Response {
    let octets = HeaderValue::from_static("application/octet-stream");
    let content_type = headers.get(header::CONTENT_TYPE).cloned().unwrap_or(octets);
    Response::ok().header(header::CONTENT_TYPE, content_type).body(body)
}

/// A few chunks over some milliseconds, of a length that is not known before.
#[get("/stream")]
async fn stream() -> Body {
    Body::stream(|mut out| async move {
        for part in 1..=5 {
            out.send(format!("part {part}\n")).await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        out.finish().await
    })
}

/// Holds its worker for seconds, as no handler should.
#[get("/stuck")]
async fn stuck() -> &'static str {
    std::thread::sleep(Duration::from_secs(6));
    "stuck\n"
}

/// An answer that takes its time.
#[get("/slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(400)).await;
    "slow\n"
}

/// 32 MiB, streamed: more than the buffers between two programs hold.
#[get("/large")]
async fn large() -> Body {
    static CHUNK: [u8; 64 * 1024] = [b'x'; 64 * 1024];
    Body::stream(|mut out| async move {
        for _ in 0..512 {
            out.send(Bytes::from_static(&CHUNK)).await?;
        }
        out.finish().await
    })
}

/// A status that has no body.
#[get("/no-content")]
async fn no_content() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// A status that has no body but speaks of one.
#[get("/not-modified")]
async fn not_modified() -> Response {
    Response::new(StatusCode::NOT_MODIFIED).header(header::ETAG, "\"probe-1\"")
}

/// A chunk every 10 ms until the server drains, and then a last one.
#[get("/ticks")]
async fn ticks(shutdown: Shutdown) -> Body {
    Body::stream(|mut out| async move {
        while !shutdown.is_draining() {
            out.send("tick\n").await?;
            // Whichever comes first.
            let _ = tokio::time::timeout(Duration::from_millis(10), shutdown.draining()).await;
        }
        out.send("the server leaves\n").await?;
        out.finish().await
    })
}

/// A number ten times a second, on and on.
#[get("/events")]
async fn events() -> Sse {
    Sse::stream(|mut events| async move {
        let mut number = 0_u32;
        loop {
            events.send(Event::data(number.to_string()).id(number.to_string())).await?;
            number = number.wrapping_add(1);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}

/// Every message back as it came; a text `panic` panics.
#[get("/socket")]
async fn socket(upgrade: WebSocketUpgrade) -> Response {
    echoing(upgrade)
}

/// The same, each message compressed by itself.
#[get("/socket/deflated")]
async fn deflated(upgrade: WebSocketUpgrade) -> Response {
    echoing(upgrade.compression(MessageCompression::new()))
}

/// The same, each message compressed with what was said before.
#[get("/socket/kept")]
async fn kept(upgrade: WebSocketUpgrade) -> Response {
    echoing(upgrade.compression(MessageCompression::new().keep_context()))
}

fn echoing(upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message(16 * 1024 * 1024).max_frame(16 * 1024 * 1024).on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            assert!(message.as_text() != Some("panic"), "a client asked for it");
            socket.send(message).await?;
        }
        Ok(())
    })
}

/// Ends the server, after this answer.
#[post("/stop")]
async fn stop(shutdown: Shutdown) -> &'static str {
    shutdown.request();
    "stopping\n"
}
