use server::{Routes, State, get, routes};

struct Users;

#[derive(server::State)]
struct App {
    users: Users,
}

#[get("/users")]
async fn users(users: State<Users>) -> &'static str {
    let _ = users;
    "users"
}

const ROUTES: Routes<App> = routes![users];

fn main() {
    let _ = ROUTES;
}
