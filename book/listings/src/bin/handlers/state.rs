//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use server::{Routes, State, post, routes};

pub(crate) const ROUTES: Routes<App> = routes![visit];

// ANCHOR: state
/// How often somebody came; its clones count together.
#[derive(Clone, Default)]
pub(crate) struct Visits(Arc<AtomicU64>);

/// What the handlers share.
#[derive(server::State, Default)]
pub(crate) struct App {
    visits: Visits,
    readers: crate::extractors::Readers,
}

/// Counts a visit.
#[post("/visits")]
async fn visit(visits: State<Visits>) -> String {
    let before = visits.0.0.fetch_add(1, Ordering::Relaxed);
    format!("visit {}\n", before + 1)
}
// ANCHOR_END: state

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn all_connections_count_together() {
        let client = Client::with_state(ROUTES, App::default());
        assert_eq!(client.post("/visits").await.text(), "visit 1\n");
        assert_eq!(client.post("/visits").await.text(), "visit 2\n");
    }
}
