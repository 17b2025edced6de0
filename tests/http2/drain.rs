//! SIGTERM: no stream is lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::sleep;

use super::frames::{DATA, GOAWAY, RST_STREAM, Wire, get};
use super::programs::start_with;

/// Asks for one page; `None` where it is certain that the server has not looked at the request, which may then be sent
/// to another one.
async fn ask(send: &SendRequest<Bytes>, address: SocketAddr, path: &str) -> Option<Result<(), h2::Error>> {
    let request = http::Request::get(format!("http://{address}{path}")).body(()).unwrap();
    let mut send = send.clone().ready().await.ok()?;
    let (response, _) = send.send_request(request, true).ok()?;
    let answered = async {
        let mut body = response.await?.into_body();
        while let Some(chunk) = body.data().await {
            body.flow_control().release_capacity(chunk?.len())?;
        }
        Ok::<_, h2::Error>(())
    };
    match answered.await {
        // RFC 9113 §8.7: refused, or behind the last stream of a GOAWAY that says so.
        Err(error) if error.reason() == Some(h2::Reason::REFUSED_STREAM) => None,
        Err(error) if error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR) => None,
        other => Some(other),
    }
}

/// Asks without a pause on one connection until the server ends it.
async fn load(
    address: SocketAddr,
    answered: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
) -> Result<(), h2::Error> {
    let Ok(stream) = TcpStream::connect(address).await else { return Ok(()) };
    let (send, connection) = h2::client::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let mut streams = Vec::new();
    for lane in 0..8 {
        let (send, answered, ends) = (send.clone(), Arc::clone(&answered), Arc::clone(&ends));
        streams.push(tokio::spawn(async move {
            let path = if lane == 0 { "/stream" } else { "/" };
            while !ends.load(Ordering::Relaxed) {
                match ask(&send, address, path).await {
                    Some(result) => result?,
                    None => return Ok(()),
                }
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, h2::Error>(())
        }));
    }
    drop(send);
    for stream in streams {
        stream.await.unwrap()?;
    }
    // Our half of the end.
    let _ = connection.await.unwrap();
    Ok(())
}

#[test]
fn twenty_drains_under_load_lose_no_stream() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for round in 0..20 {
        let kind = if round % 2 == 0 { "per-core" } else { "shared" };
        let app = start_with("probe", &[("SERVER_RUNTIME", kind), ("SERVER_WORKERS", "2")]);
        let (answered, ends) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        runtime.block_on(async {
            let tasks: Vec<_> = (0..6)
                .map(|_| tokio::spawn(load(app.address(), Arc::clone(&answered), Arc::clone(&ends))))
                .collect();
            sleep(Duration::from_millis(100 + 7 * round)).await;
            app.terminate().unwrap();
            for task in tasks {
                let lost =
                    tokio::time::timeout(Duration::from_secs(20), task).await.expect("it does not end");
                lost.unwrap().unwrap_or_else(|error| panic!("round {round}: {error:?}"));
            }
        });
        assert!(answered.load(Ordering::Relaxed) > 0, "round {round}");
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "round {round}: {status}\n{log}");
        assert!(log.lines().last().unwrap().contains("nothing was cut"), "round {round}: {log}");
    }
}

#[test]
fn what_is_left_at_the_deadline_is_cut_and_named() {
    for runtime in ["per-core", "shared"] {
        let settings = [("SERVER_RUNTIME", runtime), ("SERVER_SHUTDOWN_TIMEOUT", "200ms")];
        let app = start_with("probe", &settings);
        let mut wire = Wire::open(&app);
        for n in 0..3 {
            wire.send(&get(2 * n + 1, "/slow"));
        }
        wire.sync().unwrap();
        app.terminate().unwrap();
        assert_eq!(
            wire.until(|frame| frame.kind == GOAWAY).and_then(|frame| frame.last_stream()),
            Some(0x7fff_ffff)
        );
        assert_eq!(wire.until(|frame| frame.kind == DATA || frame.kind == RST_STREAM), None, "{runtime}");
        let (_, log) = app.wait().unwrap();
        let last = log.lines().last().unwrap();
        for part in ["shutdown_timeout", "requests=3 handling=3", "routes=\"/slow (3)\"", "connections=1"] {
            assert!(last.contains(part), "{runtime}: no {part} in {log}");
        }
    }
}
