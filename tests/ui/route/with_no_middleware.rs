use server::get;

struct Audit;

#[get("/users", with = [Audit])]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
