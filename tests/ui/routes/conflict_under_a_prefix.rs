use server::{Routes, get, routes};

#[get("/admin/users")]
async fn list_users() -> &'static str {
    "users"
}

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![list_users, "/admin" => [users]];

fn main() {
    let _ = ROUTES;
}
