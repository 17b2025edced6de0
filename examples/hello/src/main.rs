//! The shortest program: two routes, nothing to configure.

// ANCHOR: program
use server::{Routes, Server, get, routes};

/// Greets the world.
#[get("/")]
async fn index() -> &'static str {
    "Hello, world!\n"
}

/// Greets by name.
#[get("/hello/:name")]
async fn hello(name: String) -> String {
    format!("Hello, {name}!\n")
}

const ROUTES: Routes = routes![index, hello];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
// ANCHOR_END: program

// ANCHOR: tests
#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn greets_by_name() {
        let client = Client::new(ROUTES);
        let response = client.get("/hello/Ada%20Lovelace").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.text(), "Hello, Ada Lovelace!\n");
    }

    #[server::test]
    async fn is_still_a_function() {
        assert_eq!(hello("Ada".to_owned()).await, "Hello, Ada!\n");
    }
}
// ANCHOR_END: tests
