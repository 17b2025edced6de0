//! [`Observer`], and who is told of what a connection does.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Counters, Exchange, Meter, Tally};

/// Somebody who is told of every exchange, once, when it has ended.
///
/// Every one: those that a handler answered, those that were refused before (404, 413, 431, 503), those whose request
/// could not be read at all (400, 408), and those that ended without an answer because the client left or the server
/// did. A connection on which not one byte of a request came is none.
///
/// It is called on the thread that serves the connection, which serves nobody else meanwhile: whoever writes to a disk
/// or a socket hands the exchange's facts to a thread of its own. A panic is caught and logged.
///
/// A closure over [`&Exchange`](Exchange) is one:
///
/// ```no_run
/// use server::{Exchange, Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     let slow = |exchange: &Exchange| {
///         if exchange.duration().as_secs() >= 1 {
///             tracing::warn!(request_id = %exchange.request().id(), "took {:?}", exchange.duration());
///         }
///     };
///     Server::new(routes![index]).observe(slow).run().await
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Is told of an exchange that has ended.
    fn ended(&self, exchange: &Exchange);
}

impl<F: Fn(&Exchange) + Send + Sync + 'static> Observer for F {
    fn ended(&self, exchange: &Exchange) {
        self(exchange);
    }
}

/// Who is told of what the connections of a worker do: its tally always, the application's observers where it has any.
#[derive(Clone)]
pub(crate) struct Witness {
    tally: Arc<Tally>,
    counters: Counters,
    observers: Arc<[Box<dyn Observer>]>,
}

impl Witness {
    /// One for a worker, with a tally of its own, which counts by route where it is given a meter.
    pub(crate) fn new(
        counters: &Counters,
        observers: &Arc<[Box<dyn Observer>]>,
        meter: Option<Meter>,
    ) -> Self {
        Self { tally: counters.tally(meter), counters: counters.clone(), observers: Arc::clone(observers) }
    }

    /// Whether anybody wants to be told of exchanges; if not, nobody has to measure them.
    pub(crate) fn is_observed(&self) -> bool {
        !self.observers.is_empty()
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The sum of all workers' tallies.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Tells every observer.
    pub(crate) fn tell(&self, exchange: &Exchange) {
        for observer in self.observers.iter() {
            if catch_unwind(AssertUnwindSafe(|| observer.ended(exchange))).is_err() {
                self.tally.panicked();
                tracing::error!(request_id = %exchange.request().id(), "an observer panicked");
            }
        }
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("tally", &self.tally).finish_non_exhaustive()
    }
}
