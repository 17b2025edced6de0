//! A server's life: listen, serve, drain, end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::deadline::after;
use super::signal::Signals;
use super::worker::Workers;

/// How long the end may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DrainOptions {
    /// Still serving, but about to end: for load balancers to notice.
    pub(crate) delay: Duration,
    /// From the end of the delay to the moment at which what is left is cut.
    pub(crate) timeout: Duration,
}

/// A future of the application's that ends the server as a signal does.
pub(crate) type Trigger = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves until a signal or `trigger`, drains, and ends; logs what was cut as its last line.
pub(crate) async fn run(
    workers: Workers,
    mut signals: Signals,
    options: DrainOptions,
    trigger: Option<Trigger>,
) {
    let mut trigger = trigger.unwrap_or_else(|| Box::pin(std::future::pending()));
    let reason = poll_fn(|context| {
        if trigger.as_mut().poll(context).is_ready() {
            return Poll::Ready("the application");
        }
        pin!(signals.next()).poll(context)
    })
    .await;
    let (connections, requests) = workers.remaining();
    tracing::info!(connections, requests, "shutting down, asked by {reason}; a second signal ends at once");

    let end = drain(&workers, options, &mut signals).await;
    let (connections, requests) = workers.remaining();
    match end {
        End::Whole => tracing::info!("shut down: every request was answered, nothing was cut"),
        End::Deadline => {
            tracing::warn!(requests, connections, "shut down: the shutdown_timeout passed, these were cut");
        }
        End::Signal(signal) => {
            tracing::warn!(
                requests,
                connections,
                "shut down: a second signal, {signal}, ended it at once, these were cut"
            );
        }
    }
    workers.stop().await;
}

/// Lets the workers end by themselves, as long as that may take and no second signal comes.
async fn drain(workers: &Workers, options: DrainOptions, signals: &mut Signals) -> End {
    let mut drained = pin!(async {
        tokio::time::sleep(options.delay).await;
        workers.begin_drain();
        timeout_at(after(Instant::now(), options.timeout), workers.drained()).await.is_ok()
    });
    poll_fn(|context| {
        if let Poll::Ready(whole) = drained.as_mut().poll(context) {
            return Poll::Ready(if whole { End::Whole } else { End::Deadline });
        }
        pin!(signals.next()).poll(context).map(End::Signal)
    })
    .await
}

/// How the drain ended.
enum End {
    Whole,
    Deadline,
    Signal(&'static str),
}
