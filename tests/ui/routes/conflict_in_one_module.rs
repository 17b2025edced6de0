use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

#[get("/users/:name")]
async fn find_user(name: String) -> String {
    name
}

const ROUTES: Routes = routes![index, get_user, find_user];

fn main() {
    let _ = ROUTES;
}
