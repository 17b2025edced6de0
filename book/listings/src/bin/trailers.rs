//! Fields that are known at the end alone, in both directions.

// ANCHOR: sent
use server::{Body, BodyError, HeaderMap, HeaderValue, Routes, Server, get, post, routes};

/// Numbers, and how many there were.
#[get("/report")]
async fn report() -> Body {
    Body::stream(|mut out| async move {
        let mut lines = 0_u32;
        for number in [2, 3, 5] {
            out.send(format!("{number}\n")).await?;
            lines += 1;
        }
        let mut trailers = HeaderMap::new();
        trailers.insert("lines", HeaderValue::from(lines));
        out.finish_with(trailers).await
    })
}
// ANCHOR_END: sent

// ANCHOR: read
/// Says whether an upload is what its client has counted while it was sent.
#[post("/upload")]
async fn upload(mut body: Body) -> Result<&'static str, BodyError> {
    let mut sum = 0_u64;
    while let Some(chunk) = body.chunk().await {
        sum += chunk?.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    }
    let trailers = body.take_trailers().unwrap_or_default();
    let said = trailers.get("checksum").and_then(|sum| sum.to_str().ok()?.parse().ok());
    Ok(if said == Some(sum) { "whole\n" } else { "not whole\n" })
}
// ANCHOR_END: read

/// Sends on what it gets, with what stands behind it.
#[post("/echo")]
async fn echo(mut body: Body) -> Body {
    Body::stream(|mut out| async move {
        while let Some(chunk) = body.chunk().await {
            out.send(chunk?).await?;
        }
        out.finish_with(body.take_trailers().unwrap_or_default()).await
    })
}

const ROUTES: Routes = routes![report, upload, echo];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
