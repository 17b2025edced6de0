use server::{Routes, get, routes};

struct App;

struct Admin;

#[get("/", state = Admin)]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes<App> = routes![index];

fn main() {
    let _ = ROUTES;
}
