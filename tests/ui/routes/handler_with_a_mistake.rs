use server::{Routes, get, routes};

#[get("/users/{id}")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

const ROUTES: Routes = routes![user];

fn main() {
    let _ = ROUTES;
}
