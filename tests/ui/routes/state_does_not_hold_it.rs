use server::{Routes, State, get, routes};

#[derive(server::State, Clone)]
struct App {
    name: String,
}

#[derive(Clone)]
struct Users;

#[get("/")]
async fn index(name: State<String>) -> String {
    name.to_string()
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
