use server::layers::{Cors, RequireBearer};
use server::{Routes, get, routes};

const CORS: Cors = Cors::new().origins(&["https://app.example.org"]);
const TOKENS: RequireBearer = RequireBearer::tokens(&["secret"]);

#[get("/notes")]
async fn notes() -> &'static str {
    "milk"
}

const ROUTES: Routes = routes!["/api" with [TOKENS, CORS] => ["/v1" with [CORS] => [notes]]];

fn main() {
    let _ = ROUTES;
}
