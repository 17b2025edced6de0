use server::{Routes, State, get, routes};

struct App {
    #[allow(dead_code)]
    greeting: String,
}

#[get("/greet")]
async fn greet(greeting: State<String>) -> String {
    greeting.0
}

const ROUTES: Routes<App> = routes![greet];

fn main() {
    drop(server::Server::new(ROUTES));
}
