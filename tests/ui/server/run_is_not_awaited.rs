use server::{Routes, Server, get, routes};

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![users];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run()
}
