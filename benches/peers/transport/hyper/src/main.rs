//! hyper with tokio-tungstenite, a runtime per core.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use contract::PLAINTEXT;
use futures_util::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

fn main() -> std::io::Result<()> {
    match certificate::config(&["h2", "http/1.1"]) {
        Some(config) => {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            percore::run(move |stream| {
                let acceptor = acceptor.clone();
                async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                }
            })
        }
        None => percore::run(serve),
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().pipeline_flush(true).timer(TokioTimer::new());
    // A client that leaves ends its connection.
    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match request.uri().path() {
        "/plaintext" => {
            let mut response = Response::new(Full::new(Bytes::from_static(PLAINTEXT.as_bytes())));
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, text);
            response
        }
        "/socket" => upgrade(request),
        _ => status(StatusCode::NOT_FOUND),
    })
}

fn upgrade(mut request: Request<Incoming>) -> Response<Full<Bytes>> {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else { return status(StatusCode::BAD_REQUEST) };
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes())).expect("base64");
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgraded.await {
            // By default it has room for 128 KiB, and fills it with zeros before each read.
            let config = WebSocketConfig::default().read_buffer_size(4096);
            let stream = TokioIo::new(upgraded);
            echo(WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await).await;
        }
    });
    let mut response = status(StatusCode::SWITCHING_PROTOCOLS);
    let fields = response.headers_mut();
    fields.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    fields.insert(UPGRADE, HeaderValue::from_static("websocket"));
    fields.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

async fn echo(mut socket: WebSocketStream<impl AsyncRead + AsyncWrite + Unpin>) {
    while let Some(Ok(message)) = socket.next().await {
        let is_data = message.is_text() || message.is_binary();
        if is_data && socket.send(message).await.is_err() {
            return;
        }
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
