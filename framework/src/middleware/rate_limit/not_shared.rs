//! In the place of `shared.rs` where there is no feature `redis`: no limit is shared.

use std::hash::DefaultHasher;

use super::quota::Quota;
use super::table::Levels;
use crate::http::Response;

/// There is none.
#[derive(Debug)]
pub(super) enum Shared {}

/// How a request was counted.
#[expect(dead_code, reason = "without the feature nothing is shared")]
pub(super) enum Counted {
    Together(Levels),
    Alone,
    Not,
    Refused(Box<Response>),
}

impl Shared {
    pub(super) fn hasher(&self) -> DefaultHasher {
        match *self {}
    }

    pub(super) async fn take(&self, _: &DefaultHasher, _: &[Quota]) -> Counted {
        match *self {}
    }
}
