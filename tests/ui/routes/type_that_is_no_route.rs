use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

struct User;

const ROUTES: Routes = routes![index, get_user, User];

fn main() {
    let _ = ROUTES;
}
