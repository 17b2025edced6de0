use server::get;

#[get("/users")]
async fn users(filter: Filtr) -> &'static str {
    let _ = filter;
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
