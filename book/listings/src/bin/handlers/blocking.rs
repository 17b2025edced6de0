//! A handler that blocks.

use server::{Routes, get, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![digest];

// ANCHOR: blocking
/// Takes its time, on a thread that has it.
#[get("/digest/:text")]
fn digest(text: String) -> String {
    let rounds = 0..1_000_000;
    let sum = rounds.fold(0_u64, |sum, round| (sum ^ round).wrapping_mul(31).wrapping_add(text.len() as u64));
    format!("{sum:016x}\n")
}
// ANCHOR_END: blocking

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn answers_as_any_other() {
        let response = Client::with_state(ROUTES, App::default()).get("/digest/Emma").await;
        assert_eq!(response.text(), digest("Emma".to_owned()));
    }
}
