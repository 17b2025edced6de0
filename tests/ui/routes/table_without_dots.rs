use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

mod users {
    use server::{Routes, get, routes};

    #[get("/me")]
    async fn me() -> &'static str {
        "me"
    }

    pub const ROUTES: Routes = routes![me];
}

const ROUTES: Routes = routes![index, get_user, users::ROUTES];

fn main() {
    let _ = ROUTES;
}
