use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes = routes!["/admin", index];

fn main() {
    let _ = ROUTES;
}
