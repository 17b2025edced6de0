use server::{Server, get, routes};

#[get("/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[get("/:name")]
async fn page(name: String) -> String {
    format!("page {name}")
}

#[server::main]
async fn main() -> server::Result {
    Server::new(routes![user, page]).run().await
}
