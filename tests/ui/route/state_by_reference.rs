use server::{Routes, get, routes};

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/name")]
async fn name(app: &App) -> String {
    app.name.clone()
}

const ROUTES: Routes<App> = routes![name];

fn main() {
    let _ = ROUTES;
}
