use server::{Routes, routes};

mod users {
    use server::get;

    #[get("/users/:id")]
    pub async fn get_user(id: u64) -> String {
        id.to_string()
    }
}

mod admin {
    use server::route;

    #[route(GET | DELETE, "/users/:id")]
    pub async fn show(id: u64) -> String {
        id.to_string()
    }
}

const ROUTES: Routes = routes![users::get_user, admin::show];

fn main() {
    let _ = ROUTES;
}
