//! "Health" and "Metrics": a program that an orchestrator, a load balancer and Prometheus look at.

use std::path::PathBuf;
use std::time::Duration;

use server::{Health, HealthCheck, Metrics, Routes, Server, State, get, post, routes};

#[derive(Clone, server::State)]
struct App {
    spool: Spool,
}

/// A folder with a file for each order that waits.
#[derive(Clone)]
struct Spool(PathBuf);

impl Spool {
    async fn len(&self) -> std::io::Result<usize> {
        let folder = self.0.clone();
        tokio::task::spawn_blocking(move || Ok(std::fs::read_dir(folder)?.count())).await?
    }
}

const ROUTES: Routes<App> = routes![order, waiting, sum];

/// Takes an order.
#[post("/orders/:number")]
fn order(number: u32, text: String, spool: State<Spool>) -> server::Result<&'static str> {
    std::fs::write(spool.0.0.join(number.to_string()), text)?;
    Ok("taken\n")
}

/// How many orders wait.
#[get("/orders")]
async fn waiting(spool: State<Spool>) -> server::Result<String> {
    Ok(format!("{}\n", spool.len().await?))
}

/// Something to count.
#[get("/sum/:a/:b")]
async fn sum(a: u64, b: u64) -> String {
    format!("{}\n", a.saturating_add(b))
}

// ANCHOR: health
fn health() -> Health<App> {
    let full = HealthCheck::new("spool full", async |app: &App| match app.spool.len().await? {
        0..1000 => Ok(()),
        waiting => Err(server::Error::message(format!("{waiting} orders wait"))),
    });
    Health::new()
        .check("spool", async |app: &App| {
            app.spool.len().await?;
            Ok(())
        })
        .add_check(full.interval(Duration::from_secs(60)).timeout(Duration::from_secs(5)))
}
// ANCHOR_END: health

// ANCHOR: main
#[server::main]
async fn main() -> server::Result {
    let spool = std::env::var_os("SPOOL").map_or_else(std::env::temp_dir, PathBuf::from);
    let app = App { spool: Spool(spool) };
    Server::new(ROUTES).state(app).health(health()).metrics(Metrics::new()).run().await
}
// ANCHOR_END: main

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    fn client(spool: PathBuf) -> Client {
        let app = App { spool: Spool(spool) };
        Client::from(Server::new(ROUTES).state(app).health(health()).metrics(Metrics::new()))
    }

    // ANCHOR: test
    #[server::test]
    async fn is_not_ready_without_its_spool() {
        let answer = client(PathBuf::from("/no/such/folder")).get("/health/ready").await;
        assert_eq!(answer.status(), 503);
        assert!(answer.text().contains(r#""spool":{"status":"fail","reason":"failed""#));
    }
    // ANCHOR_END: test

    #[server::test]
    async fn is_ready_and_counts() {
        let spool = std::env::temp_dir().join(format!("spool-{}", std::process::id()));
        std::fs::create_dir_all(&spool).unwrap();
        let client = client(spool.clone());
        assert_eq!(client.get("/health/ready").await.status(), 200);
        assert_eq!(client.post("/orders/7").body("tea").await.text(), "taken\n");
        assert_eq!(client.get("/orders").await.text(), "1\n");
        assert_eq!(client.get("/sum/1/2").await.text(), "3\n");
        let metrics = client.get("/metrics").await;
        let line = r#"fingerpost_requests_total{route="/sum/:a/:b",method="GET",status="2xx"} 1"#;
        assert!(metrics.text().lines().any(|found| found == line), "{}", metrics.text());
        std::fs::remove_dir_all(spool).unwrap();
    }
}
