use server::layers::Csrf;
use server::{Routes, get, routes};

const CSRF: Csrf = Csrf::new();

#[get("/notes", with = [CSRF, CSRF])]
async fn notes() -> &'static str {
    "milk"
}

const ROUTES: Routes = routes![notes];

fn main() {
    let _ = ROUTES;
}
