use server::{Routes, Server, State, get, routes};

#[derive(Clone)]
struct Users;

#[derive(server::State)]
struct App {
    users: Users,
}

#[get("/users")]
async fn list_users(users: State<Users>) -> &'static str {
    let _ = users;
    "users"
}

const ROUTES: Routes<App> = routes![list_users];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(Users).run().await
}
