use server::{Problem, Routes, State, extractor, get, routes};

#[derive(Clone)]
struct Users;

struct User(u64);

#[extractor]
async fn current_user(users: State<Users>) -> Result<User, Problem> {
    let _ = users;
    Ok(User(7))
}

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/me")]
async fn me(user: User) -> String {
    format!("user {}", user.0)
}

const ROUTES: Routes<App> = routes![me];

fn main() {
    let _ = ROUTES;
}
