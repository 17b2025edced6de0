//! A server's life: listen, serve, drain, end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Losses;
use super::deadline::after;
use super::signal::Signals;
use super::supervisor::Supervisor;
use super::worker::{STOP, Workers};

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

/// Serves until a signal, the application or `trigger` ends it, drains, and logs what was cut as its last line.
pub(crate) async fn run(
    workers: Workers,
    mut signals: Signals,
    options: DrainOptions,
    trigger: Option<Trigger>,
    supervisor: &Supervisor,
) {
    let mut trigger = trigger.unwrap_or_else(|| Box::pin(std::future::pending()));
    let shutdown = workers.shutdown().clone();
    let reason = {
        let mut requested = pin!(shutdown.requested());
        poll_fn(|context| {
            if trigger.as_mut().poll(context).is_ready() || requested.as_mut().poll(context).is_ready() {
                return Poll::Ready("the application");
            }
            pin!(signals.next()).poll(context)
        })
        .await
    };
    shutdown.request();
    let (connections, requests) = workers.remaining();
    supervisor.stopping(requests, options.delay + options.timeout + STOP);
    tracing::info!(connections, requests, "shutting down, asked by {reason}; a second signal ends at once");

    let end = drain(&workers, options, &mut signals).await;
    let answered = workers.answered();
    let losses = workers.stop().await;
    tell(&end, answered, &losses);
}

/// The last line of the log.
fn tell(end: &End, answered: u64, losses: &Losses) {
    let Losses { connections, handling, answering, waiting, .. } = *losses;
    let requests = losses.requests();
    let reason = match end {
        // What was dropped after the last look had no request: the end of a connection that was closed already.
        End::Whole => {
            return tracing::info!(answered, "shut down: every request was answered, nothing was cut");
        }
        End::Deadline => "the shutdown_timeout passed".to_owned(),
        End::Signal(signal) => format!("a second signal, {signal}, ended it at once"),
    };
    if requests == 0 {
        let text = "every request was answered, nothing was cut but connections without one";
        tracing::info!(answered, connections, "shut down: {reason}; {text}");
        return;
    }
    let routes = losses.routes().to_string();
    tracing::warn!(
        requests,
        handling,
        answering,
        waiting,
        routes,
        connections,
        answered,
        "shut down: {reason}, these were cut"
    );
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Wake, Waker};

    use tokio::time::sleep;

    use super::*;
    use crate::http::Shutdown;
    use crate::net::{Drain, Place};

    const OPTIONS: DrainOptions =
        DrainOptions { delay: Duration::from_secs(20), timeout: Duration::from_secs(30) };

    /// Notes, when it is woken, whether all workers drain.
    struct Looks {
        drains: Vec<Arc<Drain>>,
        seen: AtomicBool,
    }

    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            self.seen.store(self.drains.iter().all(|drain| drain.is_draining()), Ordering::SeqCst);
        }
    }

    #[test]
    fn every_worker_drains_before_the_application_learns_of_it() {
        let shutdown = Shutdown::default();
        let drains: Vec<_> = (0..3).map(|_| Arc::new(Drain::new(shutdown.clone()))).collect();
        let looks = Arc::new(Looks { drains: drains.clone(), seen: AtomicBool::new(false) });
        let waker = Waker::from(Arc::clone(&looks));
        let mut told = std::pin::pin!(shutdown.draining());
        assert!(told.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        Workers::without_threads(drains, shutdown.clone()).begin_drain();
        assert!(looks.seen.load(Ordering::SeqCst));
    }

    #[tokio::test(start_paused = true)]
    async fn serves_for_the_delay_while_readiness_can_fail_already() {
        let shutdown = Shutdown::default();
        let drain = Arc::new(Drain::new(shutdown.clone()));
        let workers = Workers::without_threads(vec![Arc::clone(&drain)], shutdown.clone());
        let signals = Signals::listen().unwrap();
        let place = Place::new(Arc::clone(&drain));
        let running =
            tokio::spawn(async move { run(workers, signals, OPTIONS, None, &Supervisor::default()).await });
        let start = Instant::now();
        shutdown.request();
        sleep(OPTIONS.delay - Duration::from_millis(1)).await;
        assert!(shutdown.is_requested() && !shutdown.is_draining() && !drain.is_draining());
        sleep(Duration::from_millis(2)).await;
        assert!(shutdown.is_draining() && drain.is_draining());
        drop(place);
        running.await.unwrap();
        assert!(start.elapsed() < OPTIONS.delay + Duration::from_secs(1), "{:?}", start.elapsed());
    }
}
