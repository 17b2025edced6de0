use server::get;

#[allow(dead_code)]
const USERS: &str = "/users";

#[get(USERS)]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
