use server::{Routes, State, get, routes};

#[derive(Clone)]
struct Users;

#[get("/users")]
async fn list_users(users: State<Users>) -> &'static str {
    let _ = users;
    "users"
}

const ROUTES: Routes = routes![list_users];

fn main() {
    let _ = ROUTES;
}
