use server::{Routes, Server, State, get, routes};

#[get("/name")]
async fn name(name: State<String>) -> String {
    name.0
}

#[derive(server::State)]
struct App {
    name: String,
}

const ROUTES: Routes<App> = routes![name];

#[server::main]
async fn main() -> server::Result {
    let (one, other) = (App { name: "one".to_owned() }, App { name: "other".to_owned() });
    Server::new(ROUTES).state(one).state(other).run().await
}
