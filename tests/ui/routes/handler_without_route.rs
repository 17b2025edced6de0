use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

async fn about() -> &'static str {
    "about"
}

const ROUTES: Routes = routes![index, about];

fn main() {
    let _ = ROUTES;
}
