use server::get;

struct Audit(u32);

#[get("/users", with = [Audit(7)])]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
