use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

mod v2 {
    use server::{Routes, get, routes};

    #[get("/:page")]
    async fn page(page: String) -> String {
        page
    }

    #[get("/about")]
    async fn about() -> &'static str {
        "about"
    }

    pub const ROUTES: Routes = routes![page, about];
}

#[get("/v2/about")]
async fn about() -> &'static str {
    "about"
}

const ROUTES: Routes = routes![index, about, get_user, "/v2" => v2::ROUTES];

fn main() {
    let _ = ROUTES;
}
