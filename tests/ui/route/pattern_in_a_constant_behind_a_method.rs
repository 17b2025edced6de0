use server::route;

#[allow(dead_code)]
const USERS: &str = "/users";

#[route(GET, USERS)]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
