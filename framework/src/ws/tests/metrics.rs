//! What is counted of a WebSocket: its opening as a request that was answered, and its life as none.

use std::time::Duration;

use tokio::time::sleep;

use super::app::{ROUTES, Raw, frame};
use crate::testing::Client;
use crate::ws::frame::Opcode::Close;
use crate::{Metrics, Server};

#[tokio::test(start_paused = true)]
async fn its_life_is_not_how_long_a_request_took() {
    let client = Client::from(Server::new(ROUTES).metrics(Metrics::new()));
    let mut raw = Raw::open(&client, "/asks").await;
    let check = async |at: &str| {
        let text = client.get("/metrics").header("accept", "text/plain").await.text().to_owned();
        let of_route: Vec<_> = text.lines().filter(|line| line.contains("\"/asks\"")).collect();
        let count = |name: &str| {
            let line =
                of_route.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
            line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
        };
        assert!(count("fingerpost_request_duration_seconds_count") == 1.0, "{at}: {text}");
        assert!(count("fingerpost_request_duration_seconds_sum") < 1.0, "{at}: {text}");
        let in_flight = text.lines().find(|line| line.starts_with("fingerpost_requests_in_flight ")).unwrap();
        // The one that asks.
        assert!(matches!(in_flight.rsplit(' ').next(), Some("0" | "1")), "{at}: {in_flight}");
    };
    sleep(Duration::from_secs(40)).await;
    check("while it is open").await;
    raw.send(&frame(Close, b"")).await;
    raw.rest().await;
    sleep(Duration::from_secs(1)).await;
    check("behind its end").await;
}
