mod users {
    use server::{Routes, get, routes};

    #[get("/users")]
    async fn users() -> &'static str {
        "users"
    }

    pub const ROUTES: Routes = routes![users];
}

const ROUTES: server::Routes = server::routes![...users::ROUTES];

fn main() {
    let _ = ROUTES;
}
