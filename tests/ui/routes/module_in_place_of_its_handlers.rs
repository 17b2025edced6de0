use server::{Routes, routes};

mod users {
    use server::get;

    #[get("/users")]
    pub async fn list() -> &'static str {
        "users"
    }
}

const ROUTES: Routes = routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
