use server::{Routes, get, routes};

struct Audit;

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes = routes![with [Audit] => [index]];

fn main() {
    let _ = ROUTES;
}
