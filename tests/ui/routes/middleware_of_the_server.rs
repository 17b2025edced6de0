use server::layers::NormalPath;
use server::{Routes, get, routes};

#[get("/notes")]
async fn notes() -> &'static str {
    "milk"
}

const ROUTES: Routes = routes!["/api" with [NormalPath] => [notes]];

fn main() {
    let _ = ROUTES;
}
