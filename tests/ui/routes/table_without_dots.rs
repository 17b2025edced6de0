use server::{Routes, get, routes};

mod users {
    use server::{Routes, get, routes};

    #[get("/users")]
    async fn list() -> &'static str {
        "users"
    }

    pub const ROUTES: Routes = routes![list];
}

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes = routes![index, users::ROUTES];

fn main() {
    let _ = ROUTES;
}
