use server::{Routes, State, get, routes};

#[derive(server::State)]
struct App {
    users: String,
}

#[get("/users", state = App)]
async fn users(users: State<Vec<Usr>>) -> String {
    users.len().to_string()
}

const ROUTES: Routes<App> = routes![users];

fn main() {
    let _ = ROUTES;
}
