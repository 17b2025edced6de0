use server::{Routes, routes};

mod users {
    use server::{Routes, get, routes};

    #[get("/users/:id")]
    async fn show(id: u64) -> String {
        format!("user {id}")
    }

    pub const ROUTES: Routes = routes![show];
}

mod pages {
    use server::{Routes, get, routes};

    #[get("/users/:page")]
    async fn page(page: String) -> String {
        page
    }

    pub const ROUTES: Routes = routes![page];
}

const ROUTES: Routes = routes![..users::ROUTES, ..pages::ROUTES,];

fn main() {
    let _ = ROUTES;
}
