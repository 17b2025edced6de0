//! The server under load: bodies of any length in both directions, and counts of what its handlers did.

use std::error::Error;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use fingerpost_soak::Pattern;
use server::{Body, BodySource, Routes, Server, get, post, routes};

const ROUTES: Routes = routes![index, sized, chunked, upload, get_work, post_work, cancelled_work, counts];

/// The content of one chunk of a streamed response, each in memory of its own.
const CHUNK_BYTES: u64 = 8 * 1024;

/// What the handlers did since the start.
static PRODUCED: AtomicU64 = AtomicU64::new(0);
static BEGUN: AtomicU64 = AtomicU64::new(0);
static FINISHED: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}

/// The shortest answer.
#[get("/")]
async fn index() -> &'static str {
    "soak\n"
}

/// So many bytes of the pattern, with a Content-Length.
#[get("/sized/:len")]
async fn sized(len: u64) -> Body {
    Body::from_source(Producer { pattern: Pattern::default(), remaining: len })
}

/// So many bytes of the pattern, chunked.
#[get("/chunked/:len")]
async fn chunked(len: u64) -> Body {
    let mut producer = Producer { pattern: Pattern::default(), remaining: len };
    Body::stream(|mut out| async move {
        while let Some(chunk) = producer.next() {
            out.send(chunk).await?;
        }
        out.finish().await
    })
}

/// Reads a body of the pattern; says how long it was, or from where on it was another.
#[post("/upload", body_limit = "2GiB")]
async fn upload(mut body: Body) -> server::Result<String> {
    let mut pattern = Pattern::default();
    while let Some(chunk) = body.chunk().await {
        if !pattern.matches(&chunk?) {
            return Ok(format!("another body than the pattern before byte {}\n", pattern.position()));
        }
    }
    Ok(format!("{} bytes of the pattern\n", pattern.position()))
}

/// Takes some seconds, and is dropped where it stands when its client leaves.
#[get("/work")]
async fn get_work() -> &'static str {
    work().await
}

/// Takes some seconds, with or without its client.
#[post("/work")]
async fn post_work() -> &'static str {
    work().await
}

/// Takes some seconds, and is dropped as a GET would be.
#[post("/cancelled-work", on_disconnect = cancel)]
async fn cancelled_work() -> &'static str {
    work().await
}

/// What the handlers did so far, a line each.
#[get("/counts")]
async fn counts() -> String {
    let rows = [("produced", &PRODUCED), ("begun", &BEGUN), ("finished", &FINISHED), ("dropped", &DROPPED)];
    rows.map(|(name, count)| format!("{name} {}\n", count.load(Ordering::SeqCst))).concat()
}

async fn work() -> &'static str {
    let unfinished = Unfinished::begin();
    tokio::time::sleep(Duration::from_secs(3)).await;
    unfinished.finish();
    "done\n"
}

/// A handler that has begun; counted as dropped where it does not come to its end.
struct Unfinished;

impl Unfinished {
    fn begin() -> Self {
        BEGUN.fetch_add(1, Ordering::SeqCst);
        Self
    }

    fn finish(self) {
        FINISHED.fetch_add(1, Ordering::SeqCst);
        std::mem::forget(self);
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Makes the pattern chunk by chunk, and counts what it has made.
struct Producer {
    pattern: Pattern,
    remaining: u64,
}

impl Producer {
    fn next(&mut self) -> Option<Bytes> {
        let len = self.remaining.min(CHUNK_BYTES);
        self.remaining -= len;
        PRODUCED.fetch_add(len, Ordering::SeqCst);
        let piece = self.pattern.piece(usize::try_from(len).ok()?);
        (len > 0).then_some(piece)
    }
}

impl BodySource for Producer {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Box<dyn Error + Send + Sync>>>> {
        Poll::Ready(self.next().map(Ok))
    }

    fn remaining_len(&self) -> Option<u64> {
        Some(self.remaining)
    }
}
