use server::get;

#[get("*")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
