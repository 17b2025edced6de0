use server::get;

#[derive(Clone)]
struct Session;

#[get("/users")]
async fn users(session: &Session) -> &'static str {
    let _ = session;
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
