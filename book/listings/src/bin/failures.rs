//! "When something fails": what the client reads, what is logged, what is counted.

use server::{
    AccessLog, Counters, Ended, Exchange, IntoResponse, Problem, RequestFacts, Response, Routes, Server, get,
    routes,
};

const ROUTES: Routes = routes![door, stats];

/// The way in.
#[get("/doors/:number")]
async fn door(number: u8) -> String {
    format!("door {number}\n")
}

// ANCHOR: counters
/// How it goes.
#[get("/stats")]
async fn stats(counters: Counters) -> String {
    let counts = counters.read();
    let failed = counts.responses.server_error + counts.broken_off;
    format!("{} requests, {failed} failed, {} open\n", counts.requests, counts.connections_open)
}
// ANCHOR_END: counters

// ANCHOR: renderer
/// A page of our own for those who read HTML; programs get the document that they know.
fn page(problem: &Problem, request: &RequestFacts) -> Response {
    match request.accept().best_of(&["application/problem+json", "text/html"]) {
        Some("text/html") => Response::new(problem.status()).header("vary", "accept").html(format!(
            "<!DOCTYPE html><title>{0}</title><h1>{0}</h1><p>Tell us {1} when you call.</p>",
            problem.title_text(),
            request.id(),
        )),
        _ => problem.clone().into_response(),
    }
}
// ANCHOR_END: renderer

// ANCHOR: observer
/// Tells of what nobody got.
fn lost(exchange: &Exchange) {
    if matches!(exchange.ended(), Ended::BrokenOff | Ended::Cut) {
        let target = exchange.request().target().unwrap_or_default();
        tracing::warn!(target, bytes = exchange.bytes_out(), "an answer was lost");
    }
}
// ANCHOR_END: observer

#[server::main]
async fn main() -> server::Result {
    // ANCHOR: server
    Server::new(ROUTES).render_problems(page).access_log(AccessLog::Events).observe(lost).run().await
    // ANCHOR_END: server
}

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    fn client() -> Client {
        Client::from(Server::new(ROUTES).render_problems(page).observe(lost))
    }

    #[server::test]
    async fn programs_read_json_and_people_a_page() {
        let refused = client().get("/doors/x").await;
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
        let refused = client().get("/doors/x").header("accept", "text/html").await;
        assert_eq!((refused.status().as_u16(), refused.header("vary")), (400, Some("accept")));
        let id = refused.header("x-request-id").expect("an id");
        assert_eq!(
            refused.text(),
            format!(
                "<!DOCTYPE html><title>Bad Request</title><h1>Bad Request</h1><p>Tell us {id} when you call.</p>"
            )
        );
    }

    #[server::test]
    async fn the_built_in_forms_follow_accept() {
        let client = Client::new(ROUTES);
        let text = client.get("/doors/x").header("accept", "text/plain").await;
        let id = text.header("x-request-id").expect("an id");
        let detail = "`number`: expected an unsigned 8-bit integer, found `x`";
        assert_eq!(text.text(), format!("400 Bad Request\n\n{detail}\n\nRequest {id}\n"));
    }

    #[server::test]
    async fn counts_what_it_did() {
        let client = client();
        client.get("/nowhere").await;
        assert_eq!(client.get("/stats").await.text(), "2 requests, 0 failed, 1 open\n");
    }
}
