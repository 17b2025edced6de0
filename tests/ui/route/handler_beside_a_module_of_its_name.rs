use server::{Routes, get, routes};

mod users {
    use server::get;

    #[get("/users/:id")]
    pub async fn show(id: u64) -> String {
        format!("user {id}")
    }
}

#[get("/users")]
async fn users() -> &'static str {
    "all of them"
}

const ROUTES: Routes = routes![users, users::show];

fn main() {
    let _ = ROUTES;
}
