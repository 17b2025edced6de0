//! hyper, a runtime per core.

use std::convert::Infallible;

use bytes::Bytes;
use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};

fn main() -> std::io::Result<()> {
    percore::run(|stream| async {
        let mut builder = http1::Builder::new();
        let connection = builder
            .pipeline_flush(true)
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        // A client that leaves ends its connection.
        let _ = connection.await;
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    let answer = match (request.method(), path) {
        (&Method::GET, "/plaintext") => text(PLAINTEXT),
        (&Method::GET, "/json") => json(&Message::HELLO),
        (&Method::GET, "/download") => Response::new(Full::new(Bytes::from_static(&DOWNLOAD))),
        (&Method::POST, "/echo") => match request.into_body().collect().await {
            Ok(body) => match serde_json::from_slice::<Order>(&body.to_bytes()) {
                Ok(order) => json(&order),
                Err(_) => status(StatusCode::UNPROCESSABLE_ENTITY),
            },
            Err(_) => status(StatusCode::BAD_REQUEST),
        },
        (&Method::POST, "/upload") => upload(request.into_body()).await,
        (&Method::GET, path) => match path.strip_prefix("/users/").and_then(|id| id.parse::<u64>().ok()) {
            Some(id) => text(format!("user {id}")),
            None => status(StatusCode::NOT_FOUND),
        },
        _ => status(StatusCode::NOT_FOUND),
    };
    Ok(answer)
}

async fn upload(mut body: Incoming) -> Response<Full<Bytes>> {
    let mut len = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => len += frame.data_ref().map_or(0, Bytes::len),
            Err(_) => return status(StatusCode::BAD_REQUEST),
        }
    }
    text(len.to_string())
}

fn text(content: impl Into<Bytes>) -> Response<Full<Bytes>> {
    with_type("text/plain; charset=utf-8", content.into())
}

fn json(value: &impl serde::Serialize) -> Response<Full<Bytes>> {
    with_type("application/json", serde_json::to_vec(value).expect("plain values").into())
}

fn with_type(content_type: &'static str, content: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
