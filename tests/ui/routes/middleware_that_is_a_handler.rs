use server::get;

#[get("/me")]
async fn me() -> &'static str {
    "me"
}

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![with [me] => [users]];

fn main() {
    let _ = ROUTES;
}
