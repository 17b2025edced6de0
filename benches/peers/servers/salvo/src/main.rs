//! salvo, on Tokio's shared runtime.
//!
//! It offers no TCP_NODELAY; the listener hands it down.

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use futures_util::StreamExt;
use salvo::conn::tcp::TcpAcceptor;
use salvo::prelude::*;

fn main() -> std::io::Result<()> {
    percore::shared(async {
        let router = Router::new()
            .push(Router::with_path("plaintext").get(plaintext))
            .push(Router::with_path("json").get(json))
            .push(Router::with_path("users/{id}").get(user))
            .push(Router::with_path("echo").post(echo))
            .push(Router::with_path("download").get(download))
            .push(Router::with_path("upload").post(upload));
        let acceptor = TcpAcceptor::try_from(percore::listen(contract::address())?)?;
        Server::new(acceptor).serve(router).await;
        Ok(())
    })
}

#[handler]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[handler]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[handler]
async fn user(request: &mut Request) -> Result<String, StatusError> {
    let id: u64 = request.param("id").ok_or_else(StatusError::not_found)?;
    Ok(format!("user {id}"))
}

#[handler]
async fn echo(request: &mut Request) -> Result<Json<Order>, StatusError> {
    request.parse_json::<Order>().await.map(Json).map_err(|_| StatusError::bad_request())
}

#[handler]
async fn download(response: &mut Response) {
    response.body(DOWNLOAD.as_slice());
}

#[handler]
async fn upload(request: &mut Request) -> Result<String, StatusError> {
    let mut body = request.take_body();
    let mut len = 0;
    while let Some(frame) = body.next().await {
        let frame = frame.map_err(|_| StatusError::bad_request())?;
        len += frame.data_ref().map_or(0, |data| data.len());
    }
    Ok(len.to_string())
}
