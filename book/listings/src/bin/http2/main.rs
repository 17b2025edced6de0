//! "HTTP/2": many requests at once on one connection, and bodies that wait for whoever reads them.

use std::time::Duration;

use server::{Body, BodyError, Request, Routes, Server, get, post, routes};

// ANCHOR: main
const ROUTES: Routes = routes![version, slow, count];

/// Which version the request came over.
#[get("/version")]
async fn version(request: Request) -> String {
    format!("{:?}\n", request.version())
}

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
// ANCHOR_END: main

/// Others on the same connection do not wait for it.
#[get("/slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(500)).await;
    "at last\n"
}

// ANCHOR: count
/// Counts as it reads: the client sends no faster than that.
#[post("/count", body_limit = "1GiB")]
async fn count(mut body: Body) -> Result<String, BodyError> {
    let mut len = 0;
    while let Some(chunk) = body.chunk().await {
        len += chunk?.len();
    }
    Ok(format!("{len} bytes\n"))
}
// ANCHOR_END: count

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    // ANCHOR: test
    #[server::test]
    async fn tells_the_version() {
        let client = Client::new(ROUTES);
        client.get("/version").await.assert_text("HTTP/1.1\n");
        client.http2().get("/version").await.assert_text("HTTP/2.0\n");
    }
    // ANCHOR_END: test

    #[server::test]
    async fn counts_what_it_is_sent() {
        let body = vec![b'x'; 3 << 20];
        Client::new(ROUTES).http2().post("/count").body(body).await.assert_text("3145728 bytes\n");
    }

    #[server::test]
    async fn answers_others_meanwhile() {
        let (mut send, connection) = h2::client::handshake(Client::new(ROUTES).connect()).await.unwrap();
        tokio::spawn(connection);
        let mut get = |path: &str| {
            let request = http::Request::get(format!("http://localhost{path}")).body(()).unwrap();
            send.send_request(request, true).unwrap().0
        };
        let (slow, version) = (get("/slow"), get("/version"));
        assert_eq!(version.await.unwrap().status(), 200);
        assert_eq!(slow.await.unwrap().status(), 200);
    }
}
