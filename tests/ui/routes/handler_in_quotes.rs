use server::get;

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes!["users"];

fn main() {
    let _ = ROUTES;
}
