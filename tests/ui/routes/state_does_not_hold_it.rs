use server::{Routes, State, get, routes};

#[derive(Clone)]
struct Users;

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/")]
async fn index(name: State<String>) -> String {
    name.0
}

#[get("/users")]
async fn list_users(users: State<Users>) -> &'static str {
    let _ = users;
    "users"
}

const ROUTES: Routes<App> = routes![index, list_users];

fn main() {
    let _ = ROUTES;
}
