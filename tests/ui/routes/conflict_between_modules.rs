use server::{Routes, routes};

mod users {
    use server::get;

    #[get("/users/:id")]
    pub async fn show(id: u64) -> String {
        format!("user {id}")
    }
}

mod people {
    use server::route;

    #[route(POST | GET, "/people/:id", "/users/:id")]
    pub async fn show(id: u64) -> String {
        format!("person {id}")
    }
}

const ROUTES: Routes = routes![users::show, people::show];

fn main() {
    let _ = ROUTES;
}
