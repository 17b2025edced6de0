use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes = routes![
    #[cfg(debug_assertions)]
    index
];

fn main() {
    let _ = ROUTES;
}
