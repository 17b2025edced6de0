use server::{Routes, routes};

struct App;

mod users {
    use server::{Routes, get, routes};

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }

    pub const ROUTES: Routes = routes![list];
}

const ROUTES: Routes<App> = routes!["/users" => users::ROUTES];

fn main() {
    let _ = ROUTES;
}
