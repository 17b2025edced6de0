//! The section `app` of the file.

use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;
use server::layers::{ConcurrencyLimit, Cors, Quota, QuotaError, RateLimit, RequireBearer};
use server::{Bearer, Secret};

/// What the program is told.
#[derive(Deserialize)]
pub(crate) struct Config {
    pub(crate) notes: Notes,
    pub(crate) factors: Factors,
    rate_limit: Rate,
    concurrency: Concurrency,
    /// Whose pages may read what is below `/api`.
    origins: Vec<String>,
    #[serde(deserialize_with = "server::units::duration")]
    pub(crate) health_interval: Duration,
    /// Who has it may remove all notes; without one nobody may.
    admin_token: Option<Secret>,
}

#[derive(Deserialize)]
pub(crate) struct Notes {
    /// How many are kept.
    pub(crate) most: usize,
}

#[derive(Deserialize)]
pub(crate) struct Factors {
    /// For how long an answer is given again.
    #[serde(deserialize_with = "server::units::duration")]
    pub(crate) keep: Duration,
    /// For how long after that, while the next one is made.
    #[serde(deserialize_with = "server::units::duration")]
    pub(crate) keep_stale: Duration,
}

#[derive(Deserialize)]
struct Rate {
    requests: u64,
    #[serde(deserialize_with = "server::units::duration")]
    window: Duration,
}

#[derive(Deserialize)]
struct Concurrency {
    at_once: NonZeroUsize,
    #[serde(deserialize_with = "server::units::duration")]
    longest_wait: Duration,
}

// ANCHOR: constants
/// What stands in the table is a constant: it asks here for what the file says, which is known before the first request.
static CONFIG: OnceLock<Config> = OnceLock::new();

/// Around `/api`: pages of these origins may read it.
pub(crate) const CORS: Cors = Cors::new().origins_by(&|origin| {
    CONFIG.get().is_some_and(|config| config.origins.iter().any(|allowed| allowed == origin))
});

/// Around what not everybody may do.
pub(crate) const ADMIN: RequireBearer = RequireBearer::by(&|sent: &Bearer| {
    let token = CONFIG.get().and_then(|config| config.admin_token.as_ref());
    token.is_some_and(|token| sent.is(token.reveal()))
});
// ANCHOR_END: constants

impl Config {
    /// Lets everything ask for it; the first one stays.
    pub(crate) fn publish(self) -> &'static Self {
        CONFIG.get_or_init(|| self)
    }

    // ANCHOR: layers
    /// So many requests of each client.
    pub(crate) fn rate_limit(&self) -> Result<RateLimit, QuotaError> {
        let Rate { requests, window } = self.rate_limit;
        Ok(RateLimit::by_client(&[Quota::try_new("client", requests, window)?]))
    }

    /// So many requests at a time.
    pub(crate) fn concurrency_limit(&self) -> ConcurrencyLimit {
        let Concurrency { at_once, longest_wait } = self.concurrency;
        ConcurrencyLimit::new(at_once.get()).longest_wait(longest_wait)
    }
    // ANCHOR_END: layers
}
