//! "Shutdown and deploys": a program that tells its load balancer, its streams and its operator that it ends.

use std::time::Duration;

use server::{Body, Routes, Server, Shutdown, StatusCode, get, post, routes};

const ROUTES: Routes = routes![report, ready, ticks, stop];

/// Takes its time, and is waited for.
#[get("/report")]
async fn report() -> &'static str {
    tokio::time::sleep(Duration::from_secs(2)).await;
    "all is well\n"
}

// ANCHOR: ready
/// Whether this process should be sent more requests.
#[get("/ready")]
async fn ready(shutdown: Shutdown) -> StatusCode {
    if shutdown.is_requested() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
}
// ANCHOR_END: ready

// ANCHOR: ticks
/// A tick a second, for as long as the server serves.
#[get("/ticks")]
async fn ticks(shutdown: Shutdown) -> Body {
    Body::stream(|mut out| async move {
        while !shutdown.is_draining() {
            out.send("tick\n").await?;
            // Whichever comes first.
            let _ = tokio::time::timeout(Duration::from_secs(1), shutdown.draining()).await;
        }
        out.send("the server leaves\n").await?;
        out.finish().await
    })
}
// ANCHOR_END: ticks

// ANCHOR: stop
/// Ends the server, after this answer.
#[post("/stop")]
async fn stop(shutdown: Shutdown) -> &'static str {
    shutdown.request();
    "stopping\n"
}
// ANCHOR_END: stop

// ANCHOR: outside
#[server::main]
async fn main() -> server::Result {
    let server = Server::new(ROUTES);
    let shutdown = server.shutdown_handle();
    std::thread::spawn(move || {
        // A line on the standard input ends the server.
        if std::io::stdin().read_line(&mut String::new()).is_ok_and(|len| len > 0) {
            shutdown.request();
        }
    });
    server.run().await
}
// ANCHOR_END: outside

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    // ANCHOR: test
    #[server::test]
    async fn the_ticks_end_with_the_server() {
        let server = Server::new(ROUTES);
        let shutdown = server.shutdown_handle();
        let client = Client::from(server);
        assert_eq!(client.get("/ready").await.status(), 204);
        assert_eq!(client.post("/stop").await.text(), "stopping\n");
        assert!(shutdown.is_draining());
        assert_eq!(client.get("/ready").await.status(), 503);
        assert_eq!(client.get("/ticks").await.text(), "the server leaves\n");
    }
    // ANCHOR_END: test

    #[server::test]
    async fn a_report_is_waited_for() {
        assert_eq!(Client::new(ROUTES).get("/report").await.text(), "all is well\n");
    }
}
