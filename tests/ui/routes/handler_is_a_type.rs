use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

struct Pages;

const ROUTES: Routes = routes![index, Pages];

fn main() {
    let _ = ROUTES;
}
