use server::{Routes, get, routes};

mod users {
    use server::{Routes, get, routes};

    #[get("/:id")]
    async fn show(id: u64) -> String {
        format!("user {id}")
    }

    pub const ROUTES: Routes = routes![show];
}

#[get("/users/:name")]
async fn find_user(name: String) -> String {
    format!("user {name}")
}

const ROUTES: Routes = routes![
    find_user,
    "/users" => users::ROUTES,
];

fn main() {
    let _ = ROUTES;
}
