//! URLs that follow from the table.

use server::{Response, Routes, get, post, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![shelf, create];

// ANCHOR: url
/// A shelf and what stands on it.
#[get("/shelves/:room/*place")]
async fn shelf(room: u16, place: &str) -> String {
    format!("{place} in room {room}\n")
}

/// Puts up a shelf and says where it is.
#[post("/shelves")]
async fn create() -> Response {
    Response::created(shelf::url(7, "north wall/top")).text("put up\n")
}
// ANCHOR_END: url

// ANCHOR: tests
#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn what_was_created_is_found_where_it_was_said_to_be() {
        let client = Client::with_state(ROUTES, App::default());
        let created = client.post("/shelves").await;
        assert_eq!(created.status(), 201);
        assert_eq!(created.header("location"), Some("/shelves/7/north%20wall/top"));
        let found = client.get(created.header("location").unwrap()).await;
        assert_eq!(found.text(), "north wall/top in room 7\n");
    }

    #[server::test]
    async fn is_still_a_function() {
        assert_eq!(shelf(7, "floor").await, "floor in room 7\n");
    }
}
// ANCHOR_END: tests
