use server::{Routes, get, routes};

#[get("/str")]
async fn str() -> &'static str {
    "a text"
}

const ROUTES: Routes = routes![str];

fn main() {
    let _ = ROUTES;
}
