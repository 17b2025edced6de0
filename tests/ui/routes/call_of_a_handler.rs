use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

const ROUTES: Routes = routes![index, get_user()];

fn main() {
    let _ = ROUTES;
}
