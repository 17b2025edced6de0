use server::{Routes, get, routes};

#[get("/server")]
async fn server() -> &'static str {
    "up"
}

const ROUTES: Routes = routes![server];

fn main() {
    let _ = ROUTES;
}
