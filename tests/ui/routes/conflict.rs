use server::{Routes, get, routes};

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    format!("user {id}")
}

#[get("/users/:name")]
async fn find_user(name: String) -> String {
    format!("user {name}")
}

const ROUTES: Routes = routes![get_user, find_user];

fn main() {
    let _ = ROUTES;
}
