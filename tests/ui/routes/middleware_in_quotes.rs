use server::{Routes, get, routes};

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![with ["log"] => [users]];

fn main() {
    drop(server::Server::new(ROUTES));
}
